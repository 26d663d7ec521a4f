#!/usr/bin/env bash
# k0rdent kcm v1.11.4: why addresses could not be allocated is written to no object.
#
# The API has a condition for it: IPAMProviderConditionError of ClusterIPAMClaim "denotes the status of the IPAM
# provider". The controller of ClusterIPAM (internal/controller/ipam/clusteripam_controller.go) sets it when the provider
# fails, in memory, and returns the error without writing the status; the pool's phase stays empty, too. Seen below with
# a valid claim on a cluster that does not know InClusterIPPool, as where the in-cluster provider is not installed: the
# reconciler says why, the claim has no condition, the pool no phase, for as long as it lasts.
#
# What it means for whoever watches: a claim that is not bound and says nothing may be refused for good, and only the
# manager's log has the reason. Run: findings/kcm-ipam-says-nothing.sh (needs Go; minutes, once).
set -euo pipefail

VERSION=v1.11.4
folder=$(mktemp -d)
finish() {
  chmod -R u+w "$folder"
  rm -rf "$folder"
}
trap finish EXIT

echo "Bringing kcm $VERSION, to run its reconciler against controller-runtime's client in memory."
source=$(cd "$folder" && go mod download -json "github.com/K0rdent/kcm@$VERSION" | sed -n 's/.*"Dir": "\(.*\)",/\1/p')
cp -r "$source" "$folder/kcm"
chmod -R u+w "$folder/kcm"
rm "$folder"/kcm/internal/controller/ipam/*_test.go # they start API servers
cat >"$folder/kcm/internal/controller/ipam/seen_test.go" <<'GO'
package ipam

import (
	"context"
	"fmt"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	pools "sigs.k8s.io/cluster-api-ipam-provider-in-cluster/api/v1alpha2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	kcmv1 "github.com/K0rdent/kcm/api/v1beta1"
)

func TestSeen(t *testing.T) {
	ctx, scheme := context.Background(), runtime.NewScheme()
	if kcmv1.AddToScheme(scheme) != nil || pools.AddToScheme(scheme) != nil {
		t.Fatal("no scheme")
	}
	named := metav1.ObjectMeta{Name: "shop-ipam", Namespace: "team"}
	claim := &kcmv1.ClusterIPAMClaim{ObjectMeta: named, Spec: kcmv1.ClusterIPAMClaimSpec{
		Provider: kcmv1.InClusterProviderName, Cluster: "shop", ClusterIPAMRef: "shop-ipam",
		NodeNetwork: kcmv1.AddressSpaceSpec{CIDR: "10.0.0.0/24", Prefix: 24, Gateway: "10.0.0.1"},
	}}
	pool := &kcmv1.ClusterIPAM{ObjectMeta: named, Spec: kcmv1.ClusterIPAMSpec{
		Provider: kcmv1.InClusterProviderName, ClusterIPAMClaimRef: "shop-ipam",
	}}
	unknown := &meta.NoKindMatchError{GroupKind: schema.GroupKind{Group: pools.GroupVersion.Group, Kind: "InClusterIPPool"}}
	cluster := fake.NewClientBuilder().WithScheme(scheme).WithObjects(claim, pool).WithStatusSubresource(claim, pool).
		WithInterceptorFuncs(interceptor.Funcs{
			Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, into client.Object, opts ...client.GetOption) error {
				if _, ok := into.(*pools.InClusterIPPool); ok {
					return unknown
				}
				return c.Get(ctx, key, into, opts...)
			},
		}).Build()
	key := client.ObjectKeyFromObject(pool)
	_, err := (&ClusterIPAMReconciler{Client: cluster}).Reconcile(ctx, ctrl.Request{NamespacedName: key})
	fmt.Println("reconcile:", err)
	if cluster.Get(ctx, key, claim) != nil || cluster.Get(ctx, key, pool) != nil {
		t.Fatal("the objects are gone")
	}
	fmt.Printf("claim: bound=%t conditions=%d; pool: phase=%q\n", claim.Status.Bound, len(claim.Status.Conditions), pool.Status.Phase)
}
GO
seen=$(cd "$folder/kcm" && CGO_ENABLED=0 go test -trimpath -run TestSeen -v ./internal/controller/ipam | grep -E '^(reconcile|claim):')
echo "$seen"

grep -q 'reconcile: .*no matches for kind "InClusterIPPool"' <<<"$seen" || { echo "CHANGED: it does not fail."; exit 1; }
grep -q 'claim: bound=false conditions=0; pool: phase=""' <<<"$seen" || { echo "CHANGED: an object says why."; exit 1; }
echo "As seen: the reason is on no object."
