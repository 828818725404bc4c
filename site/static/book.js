// What scrolls sideways can be scrolled with the keyboard, in every browser.
const scrollable = "pre, .table-wrapper, .math-wrapper, .cell_output > .output";
const reach = () => {
  for (const box of document.querySelectorAll(scrollable)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
addEventListener("load", reach);
addEventListener("resize", reach);
