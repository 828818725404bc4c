// The theme switch: to dark, and back. Furo's own would talk in the console and stop at "auto" too.
for (const button of document.querySelectorAll(".theme-toggle")) {
  button.addEventListener("click", (event) => {
    event.stopImmediatePropagation();
    const chosen = document.body.dataset.theme;
    const dark = chosen === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
    document.body.dataset.theme = localStorage.theme = dark ? "light" : "dark";
  });
}

// What scrolls sideways can be scrolled with the keyboard, in every browser.
const reach = () => {
  for (const box of document.querySelectorAll("pre, .table-wrapper, .math-wrapper, .cell_output > .output")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
addEventListener("load", reach);
addEventListener("resize", reach);
