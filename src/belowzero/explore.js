// Moves the sliders of a published page: for each stop, apply what differs (see frames.py).
for (const box of document.querySelectorAll(".explore")) {
  const controls = box.querySelector(".explore-controls");
  if (!controls) continue;
  const { labels, captions, slots } = belowzero[box.dataset.name];
  const elements = box.querySelectorAll(".explore-panels *");
  const sliders = [...controls.querySelectorAll("input")];
  const caption = box.querySelector(".explore-caption");
  const shown = [];

  const set = (element, what, value) => {
    if (what === "text") element.textContent = value;
    else if (what === "html") element.innerHTML = value;
    else if (value === null) element.removeAttribute(what);
    else element.setAttribute(what, value);
  };

  const show = () => {
    const stop = sliders.reduce((sum, slider, i) => sum * labels[i].length + +slider.value, 0);
    slots.forEach(([index, what, values, which], i) => {
      if (shown[i] !== which[stop]) set(elements[index], what, values[(shown[i] = which[stop])]);
    });
    sliders.forEach((slider, i) => {
      const label = labels[i][slider.value];
      const symbol = slider.previousElementSibling.textContent;
      slider.setAttribute("aria-valuetext", `${symbol} = ${label}`);
      slider.nextElementSibling.textContent = label;
    });
    caption.textContent = captions[stop];
  };
  controls.addEventListener("input", show);

  const button = controls.querySelector(".explore-play");
  if (!button) continue;
  const slider = sliders[button.dataset.plays];
  const pace = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : button.dataset.pace;
  let timer = null;
  const stop = () => {
    timer = clearInterval(timer);
    button.textContent = "Play";
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
    button.textContent = "Pause";
    caption.ariaLive = "off"; // a moving caption would only stammer
    timer = setInterval(step, pace);
  });
}
