{{- define "pane.name" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{- define "pane.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "pane.labels" -}}
{{ include "pane.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "pane.account" -}}
{{ .Values.serviceAccount.name | default (ternary (include "pane.name" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- define "pane.host" -}}
{{ (urlParse .Values.url).host | splitList ":" | first }}
{{- end }}

{{- define "pane.path" -}}
{{ (urlParse .Values.url).path | trimSuffix "/" }}
{{- end }}

{{- /* What cannot be installed, in words. */ -}}
{{- define "pane.sound" -}}
{{- $ways := list -}}
{{- with .Values.database }}
{{- if .existingSecret.name }}{{ $ways = append $ways "existingSecret" }}{{ end -}}
{{- if .url }}{{ $ways = append $ways "url" }}{{ end -}}
{{- if .sqlite.enabled }}{{ $ways = append $ways "sqlite" }}{{ end -}}
{{- end }}
{{- if ne (len $ways) 1 }}{{ fail "Say where Pane keeps its copy and its log: one of database.existingSecret.name, database.url and database.sqlite.enabled." }}{{ end -}}
{{- if and .Values.database.sqlite.enabled (or (gt (int .Values.web.replicas) 1) (gt (int .Values.watch.replicas) 1)) }}{{ fail "SQLite is for one replica: set web.replicas and watch.replicas to 1, or name a PostgreSQL." }}{{ end -}}
{{- if and .Values.database.sqlite.enabled (gt (int .Values.watch.shards) 1) }}{{ fail "SQLite is for one watcher: set watch.shards to 1, or name a PostgreSQL." }}{{ end -}}
{{- if and .Values.metrics.serviceMonitor.enabled (not .Values.metrics.serviceMonitor.tokenSecret.name) }}{{ fail "Pane's own metrics are for who has a token: name a Secret with one in metrics.serviceMonitor.tokenSecret.name." }}{{ end -}}
{{- if and .Values.gateway.enabled (not .Values.gateway.parentRefs) }}{{ fail "Say in gateway.parentRefs which Gateway leads to Pane." }}{{ end -}}
{{- end }}

{{- define "pane.env" -}}
- {name: PANE_ALLOWED_HOSTS, value: {{ prepend .Values.otherHosts (include "pane.host" .) | join "," | quote }}}
- {name: PANE_PATH, value: {{ include "pane.path" . | quote }}}
- {name: PANE_TRUSTED_HOPS, value: {{ .Values.trustedHops | quote }}}
- {name: PANE_SYSTEM_NAMESPACE, value: {{ .Values.k0rdent.systemNamespace | quote }}}
- {name: PANE_KOF_NAMESPACE, value: {{ .Values.k0rdent.kofNamespace | quote }}}
{{- if not .Values.rbac.writing }}
- {name: PANE_IMPERSONATE, value: "0"}
{{- end }}
- name: PANE_SECRET_KEY
  valueFrom: {secretKeyRef: {name: {{ .Values.secretKey.existingSecret | default (include "pane.name" .) }}, key: {{ .Values.secretKey.key }}}}
{{- if .Values.database.existingSecret.name }}
- name: PANE_DATABASE_URL
  valueFrom: {secretKeyRef: {name: {{ .Values.database.existingSecret.name }}, key: {{ .Values.database.existingSecret.key }}}}
{{- else if .Values.database.url }}
- name: PANE_DATABASE_URL
  valueFrom: {secretKeyRef: {name: {{ include "pane.name" . }}, key: database-url}}
{{- end }}
{{- range $name, $value := .Values.settings }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- /* One container: (list $ "web" (list "serve" …) resources). */ -}}
{{- define "pane.container" -}}
{{- $ := index . 0 -}}
name: {{ index . 1 }}
image: "{{ $.Values.image.repository }}:{{ $.Values.image.tag | default $.Chart.AppVersion }}"
imagePullPolicy: {{ $.Values.image.pullPolicy }}
{{ index . 2 | toYaml }}
env:
  {{- include "pane.env" $ | nindent 2 }}
{{- if gt (len .) 4 }}
  - {{ index . 4 | toJson }}
{{- end }}
{{- with $.Values.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
resources:
  {{- toYaml (index . 3) | nindent 2 }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: data, mountPath: /data}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{- define "pane.web" -}}
{{ include "pane.container" (list . "web" (dict "args" (list "serve" "--host" "0.0.0.0" "--port" "8000")) .Values.web.resources) }}
ports:
  - {name: http, containerPort: 8000}
# Slow starts are not killed; a process that does not answer is; and who has no database gets no visitors. Whether a
# watcher is at work is not asked: without one, pages say what they no longer know, which is better than no page.
startupProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 2, failureThreshold: 60}
livenessProbe: {httpGet: {path: /healthz, port: http}, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3}
readinessProbe: {httpGet: {path: "/readyz?exclude=watcher", port: http}, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 2}
# Who balances the load learns that we leave before we stop listening.
lifecycle: {preStop: {sleep: {seconds: 5}}}
{{- end }}

{{- define "pane.watch" -}}
{{- $ := index . 0 -}}
{{- $shard := dict "name" "PANE_WATCH_SHARD" "value" (printf "%d/%d" (int (index . 1)) (int $.Values.watch.shards)) -}}
{{ include "pane.container" (list $ "watch" (dict "args" (list "watch")) $.Values.watch.resources $shard) }}
{{- end }}

{{- define "pane.pod" -}}
serviceAccountName: {{ include "pane.account" . }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - {name: {{ . }}}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  seccompProfile: {type: RuntimeDefault}
{{- range $key := list "nodeSelector" "tolerations" "affinity" "priorityClassName" }}
{{- with index $.Values $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
volumes:
  - {name: tmp, emptyDir: {medium: Memory, sizeLimit: 64Mi}}
  {{- if .Values.database.sqlite.enabled }}
  - {name: data, persistentVolumeClaim: {claimName: {{ .Values.database.sqlite.existingClaim | default (include "pane.name" .) }}}}
  {{- else }}
  - {name: data, emptyDir: {sizeLimit: 256Mi}}
  {{- end }}
{{- end }}
