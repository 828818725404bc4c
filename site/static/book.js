const say = JSON.parse(document.getElementById("words").textContent);
const fill = (text, ...values) => values.reduce((filled, value) => filled.replace("{}", value), text);

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
    const told = { tabindex: 0, role: "group", "aria-label": say.sideways };
    for (const name in told) scrolls[i] ? box.setAttribute(name, told[name]) : box.removeAttribute(name);
  });
};
addEventListener("load", reach);
addEventListener("resize", reach);

// A link into what is folded opens it, also where the browser does not.
const unfold = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const folds = [...document.querySelectorAll("details:not([open])")].filter((fold) => fold.contains(target));
  if (!folds.length) return;
  for (const fold of folds) fold.open = true;
  target.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();

// On paper what goes deeper is open, and the answers of all questions, and what became of the
// predictions, stand at the end.
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details.deeper")) fold.open = true;
  const answers = [...document.querySelectorAll("details.right")];
  if (!answers.length) return;
  const end = document.createElement("section");
  end.className = "answers";
  end.append(Object.assign(document.createElement("h2"), { textContent: say.answers }));
  for (const answer of answers) {
    let question = answer.previousElementSibling;
    while (question.tagName !== "P") question = question.previousElementSibling;
    const copy = answer.cloneNode(true);
    copy.open = true;
    copy.firstElementChild.prepend(`${parseInt(question.textContent)}. `);
    end.append(copy);
  }
  for (const told of document.querySelectorAll("#check-yourself > details:not(.right, .wrong)")) {
    end.append(Object.assign(told.cloneNode(true), { open: true }));
  }
  document.querySelector("article").append(end);
});
addEventListener("afterprint", () => document.querySelector(".answers")?.remove());

// A figure alone and large, for a lecture: by its link, or by an address that ends in ?figure=its-name.
const enlarge = (figure) => {
  const place = document.createElement("span");
  const dialog = document.createElement("dialog");
  dialog.className = "large";
  dialog.ariaLabel = figure.querySelector("figcaption p").textContent;
  figure.replaceWith(place);
  dialog.append(figure);
  document.body.append(dialog);
  const link = figure.querySelector(".enlarge");
  link.textContent = say.close;
  dialog.addEventListener("close", () => {
    link.textContent = say.large;
    place.replaceWith(figure);
    dialog.remove();
  });
  dialog.showModal();
};
for (const figure of document.querySelectorAll("figure:has(.explore)")) {
  const link = document.createElement("a");
  link.className = "enlarge";
  link.href = `?figure=${figure.id}`;
  link.textContent = say.large;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const dialog = figure.closest("dialog");
    dialog ? dialog.close() : enlarge(figure);
  });
  figure.querySelector("figcaption p").append(link);
}
const alone = document.getElementById(new URLSearchParams(location.search).get("figure"));
if (alone) enlarge(alone);

// The ledger by verdict, source and chapter.
const ledger = document.querySelector("#all-claims table");
if (ledger) {
  const traits = (row) => {
    const [claim, said] = row.cells;
    const [verdict] = say.verdicts.filter((verdict) => said.textContent.startsWith(verdict)).slice(-1);
    const cited = [...claim.querySelectorAll("a.reference")].map((link) => link.textContent).filter((text) => !/^\d/.test(text));
    return [verdict, cited, said.querySelector("a").pathname.split("/").pop().replace(".html", "")];
  };
  const rows = [...ledger.tBodies[0].rows].map((row) => [row, traits(row)]);
  const choices = ["verdict", "source", "chapter"].map((name, i) => {
    const label = document.createElement("label");
    const select = label.appendChild(document.createElement("select"));
    label.prepend(say[name]);
    select.ariaLabel = say[name];
    const found = new Set(rows.flatMap(([, traits]) => traits[i]));
    select.append(new Option(say.all, ""), ...[...found].sort().map((text) => new Option(text)));
    return label;
  });
  const count = document.createElement("output");
  const filter = document.createElement("form");
  filter.className = "filter";
  filter.append(...choices, count);
  const choose = () => {
    const wanted = choices.map((label) => label.lastChild.value);
    for (const [row, traits] of rows) row.hidden = wanted.some((text, i) => text && ![traits[i]].flat().includes(text));
    count.textContent = fill(say.claims, rows.filter(([row]) => !row.hidden).length, rows.length);
  };
  filter.addEventListener("change", choose);
  choose();
  ledger.closest(".cell").before(filter);
}

// Predictions stay in the reader's browser. They come back beside what the chapter found, and at the
// figure or table to which that answer leads.
const found = document.querySelectorAll("#check-yourself > details > ol > li");
document.querySelectorAll("#predict > ol > li").forEach((question, i) => {
  const key = `${location.pathname} prediction ${i + 1}`;
  const box = document.createElement("textarea");
  const link = found[i]?.querySelector('a[href^="#"]');
  const shown = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
  const notes = [document.createElement("div"), document.createElement("div")];
  for (const note of notes) note.className = "predicted";
  found[i]?.prepend(notes[0]);
  (shown?.querySelector("figcaption") ?? shown?.parentNode)?.append(notes[1]);
  const show = () => {
    for (const note of notes) {
      note.textContent = `${say.predicted} ${box.value}`;
      note.hidden = !box.value.trim();
    }
  };
  box.rows = 1;
  box.placeholder = box.ariaLabel = `${say.prediction} ${i + 1}`;
  box.value = localStorage[key] ?? "";
  box.addEventListener("input", () => {
    localStorage[key] = box.value;
    show();
  });
  question.append(box);
  show();
});
