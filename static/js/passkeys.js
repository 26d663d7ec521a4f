// Passkeys are asked for by allauth's scripts; here is what is said when the browser has none, or refuses.
const buttons = document.querySelectorAll("[data-passkey]");

function say(words) {
  for (const button of buttons) {
    const line = button.form?.querySelector("[data-passkey-words]");
    if (line) { line.textContent = words; line.hidden = !words; }
  }
}

if (!globalThis.PublicKeyCredential) {
  for (const button of buttons) button.disabled = true;
  say("Passkeys take a page that came by TLS, and a browser that knows them.");
}
for (const button of buttons) button.addEventListener("click", () => say(""));
document.addEventListener("allauth.error", () => say("The passkey was not used: it was refused, or took too long. Try again."));
