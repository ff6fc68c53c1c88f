// A draft within its editor: a tap opens the block there and leads nowhere. Runs before the page is shown, so that no tap is lost while pictures still come.
(() => {
  "use strict";
  const frame = window.frameElement;
  if (!frame) return; // opened by its address: a page like any other
  window.addEventListener("click", (event) => {
    event.preventDefault();
    event.stopPropagation();
    const block = event.target.closest("[data-block]");
    if (block) frame.dispatchEvent(new CustomEvent("preview:tap", { detail: block.dataset.block }));
  }, true);
  window.addEventListener("submit", (event) => event.preventDefault(), true);
})();
