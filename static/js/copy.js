// Copy buttons: data-copy holds the text, or data-copy-from finds the element whose text it is.
function reveal(root) {
  for (const button of root.querySelectorAll(".copy[hidden]")) button.hidden = false;
}

if (navigator.clipboard) {
  reveal(document);
  // Parts that the live layer draws later bring their buttons hidden, as the server sends them.
  new MutationObserver(() => reveal(document)).observe(document.body, { childList: true, subtree: true, attributeFilter: ["hidden"] });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.(".copy");
  if (!button) return;
  const text = button.dataset.copy ?? document.querySelector(button.dataset.copyFrom)?.textContent ?? "";
  const word = button.querySelector("[data-copy-word]");
  const before = word.textContent;
  try {
    await navigator.clipboard.writeText(text);
    word.textContent = "Copied";
  } catch {
    word.textContent = "Not allowed here";
  }
  setTimeout(() => (word.textContent = before), 1500);
});
