// Dialogs open by `commandfor` and `command="show-modal"`; where the browser does not know these yet, we do it.
if (!("commandForElement" in HTMLButtonElement.prototype)) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[commandfor]");
    if (button?.getAttribute("command") === "show-modal") document.getElementById(button.getAttribute("commandfor"))?.showModal();
  });
}
