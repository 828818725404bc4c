// The theme switch: to dark, and back. Furo's own would talk in the console and stop at "auto" too.
for (const button of document.querySelectorAll(".theme-toggle")) {
  button.addEventListener("click", (event) => {
    event.stopImmediatePropagation();
    const chosen = document.body.dataset.theme;
    const dark = chosen === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
    document.body.dataset.theme = localStorage.theme = dark ? "light" : "dark";
  });
}

// What scrolls sideways can be scrolled with the keyboard, in every browser. First measure all, then
// change all: one layout of the page instead of one for each box.
const boxes = [...document.querySelectorAll("pre, .table-wrapper, .math-wrapper, .cell_output > .output")];
const reach = () => {
  const scrolls = boxes.map((box) => box.scrollWidth > box.clientWidth);
  boxes.forEach((box, i) => {
    const told = { tabindex: 0, role: "group", "aria-label": "Scrolls sideways" };
    for (const name in told) scrolls[i] ? box.setAttribute(name, told[name]) : box.removeAttribute(name);
  });
};
addEventListener("load", reach);
addEventListener("resize", reach);
