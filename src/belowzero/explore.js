// Moves the sliders of a published page: for each stop, apply what differs (see frames.py).
const words = JSON.parse(document.getElementById("words").textContent);
for (const box of document.querySelectorAll(".explore")) {
  const controls = box.querySelector(".explore-controls");
  if (!controls) continue;
  const { labels, captions, slots } = belowzero[box.dataset.name];
  const elements = box.querySelectorAll(".explore-panels *");
  const parts = [...controls.querySelectorAll(".explore-control")];
  const sliders = parts.map((part) => part.querySelector("input[type=range]"));
  const caption = box.querySelector(".explore-caption");
  const shown = [];

  const set = (element, what, value) => {
    if (what === "text") element.textContent = value;
    else if (what === "html") element.innerHTML = value;
    else if (value === null) element.removeAttribute(what);
    else element.setAttribute(what, value);
  };

  const now = () => {
    const at = parts.map((part) => +part.querySelector("input[type=range], :checked").value);
    return at.reduce((sum, value, i) => sum * labels[i].length + value, 0);
  };

  const draw = (stop) => {
    slots.forEach(([index, what, values, which], i) => {
      if (shown[i] !== which[stop]) set(elements[index], what, values[(shown[i] = which[stop])]);
    });
    caption.textContent = captions[stop];
  };

  const show = () => {
    draw(now());
    sliders.forEach((slider, i) => {
      if (!slider) return; // buttons say for themselves which is chosen
      const label = labels[i][slider.value];
      const symbol = slider.previousElementSibling.textContent;
      slider.setAttribute("aria-valuetext", `${symbol} = ${label}`);
      slider.nextElementSibling.textContent = label;
    });
  };
  controls.addEventListener("input", show);

  // On paper nothing moves: the first stop, the one that is shown and the last stand side by side.
  const paper = document.createElement("div");
  paper.className = "explore-paper";
  addEventListener("beforeprint", () => {
    const panels = box.querySelector(".explore-panels");
    for (const stop of new Set([0, now(), captions.length - 1])) {
      draw(stop);
      const still = document.createElement("div");
      still.append(panels.cloneNode(true), caption.cloneNode(true));
      paper.append(still);
    }
    draw(now());
    box.append(paper);
  });
  addEventListener("afterprint", () => {
    paper.remove();
    paper.replaceChildren();
  });

  const button = controls.querySelector(".explore-play");
  if (!button) continue;
  const slider = sliders[button.dataset.plays];
  const pace = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : button.dataset.pace;
  let timer = null;
  const stop = () => {
    timer = clearInterval(timer);
    button.textContent = words.play;
    caption.ariaLive = "polite";
  };
  const step = () => {
    slider.stepUp();
    show();
    if (slider.value === slider.max) stop();
  };
  button.addEventListener("click", () => {
    if (timer) return stop();
    if (slider.value === slider.max) {
      slider.value = 0;
      show();
    }
    button.textContent = words.pause;
    caption.ariaLive = "off"; // a moving caption would only stammer
    timer = setInterval(step, pace);
  });
}

// A figure may ask first. The reader draws on a cover, which goes when the answer is to be shown; what
// was drawn stays. All of it comes after the elements of the picture have been counted.
for (const box of document.querySelectorAll(".explore[data-ask]")) {
  const SVG = "http://www.w3.org/2000/svg";
  const [left, top, width, height] = box.dataset.axes.split(" ");
  const row = document.createElement("div");
  row.className = "explore-ask";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "explore-play";
  button.textContent = words.show;
  row.append(box.dataset.ask, button);
  box.querySelector(".explore-panels").after(row);
  box.classList.add("asking");

  for (const svg of box.querySelectorAll(".explore-panels svg")) {
    const add = (kind, attributes) => {
      const element = svg.appendChild(document.createElementNS(SVG, kind));
      for (const name in attributes) element.setAttribute(name, attributes[name]);
      return element;
    };
    const x = svg.viewBox.baseVal.x + +left;
    const cover = add("rect", { class: "explore-cover", x, y: top, width, height });
    const line = add("polyline", { class: "explore-guess" });
    const label = add("text", { class: "explore-guess" });
    let points = [];
    cover.addEventListener("pointerdown", (event) => {
      points = [];
      cover.setPointerCapture(event.pointerId);
    });
    cover.addEventListener("pointermove", (event) => {
      if (!cover.hasPointerCapture(event.pointerId)) return;
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      const within = (value, from, size) => Math.min(Math.max(value, +from), +from + +size).toFixed(1);
      points.push(`${within(at.x, x, width)},${within(at.y, top, height)}`);
      line.setAttribute("points", points.join(" "));
      const [endX, endY] = points.at(-1).split(",");
      label.textContent = words.you;
      label.setAttribute("x", Math.min(endX, x + +width - 24));
      label.setAttribute("y", Math.max(endY - 6, +top + 12));
    });
    button.addEventListener("click", () => cover.remove());
  }
  button.addEventListener("click", () => {
    row.remove();
    box.classList.remove("asking");
    box.querySelector(".explore-controls input")?.focus();
  });
}
