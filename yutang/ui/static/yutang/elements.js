// make("button", { class: "btn", disabled: true, onclick: act }, "Text", child): an element. Text is never read as HTML.
(() => {
  "use strict";
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child != null));
    return element;
  }
  window.yutangElements = { make };
})();
