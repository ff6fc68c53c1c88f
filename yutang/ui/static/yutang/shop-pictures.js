// Pictures in the shop: made smaller before they are sent, since phones take large ones and lines are slow; a tap makes
// them large. And the time that is left in a case. Pages work without this file: pictures go as they are, links open.
(() => {
  "use strict";
  const LONGEST = 1600; // pixels; the shop keeps no more

  // -- choosing pictures ------------------------------------------------------------------------------------------------
  async function smaller(file) {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      if (scale === 1 && file.size < 500_000) return file;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      return made && made.size < file.size ? new File([made], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" }) : file;
    } catch {
      return file; // what the browser cannot read the server looks at, and says what is wrong with it
    }
  }

  for (const box of document.querySelectorAll("[data-pictures]")) {
    const input = box.querySelector("input[type=file]"), most = Number(box.dataset.pictures);
    const form = input.form;
    let chosen = [], busy = Promise.resolve(), unready = 0;

    function draw() {
      const held = new DataTransfer();
      chosen.forEach((file) => held.items.add(file));
      input.files = held.files;
      box.querySelectorAll(".sh-chosen, .sh-problem").forEach((old) => old.remove());
      const shown = chosen.map((file, at) => {
        const frame = document.createElement("span"), image = new Image(88, 88), drop = document.createElement("button");
        frame.className = "sh-chosen";
        image.src = URL.createObjectURL(file);
        image.alt = file.name;
        image.addEventListener("load", () => URL.revokeObjectURL(image.src));
        drop.type = "button";
        drop.textContent = "×";
        drop.setAttribute("aria-label", box.dataset.textRemove);
        drop.addEventListener("click", () => { chosen.splice(at, 1); draw(); });
        frame.append(image, drop);
        return frame;
      });
      box.prepend(...shown);
      input.closest("label").hidden = chosen.length >= most;
    }
    input.addEventListener("change", () => {
      const added = [...input.files];
      unready += 1;
      busy = busy.then(async () => {
        const room = most - chosen.length;
        chosen.push(...(await Promise.all(added.slice(0, room).map(smaller))));
        draw();
        if (added.length > room) {
          const said = document.createElement("p");
          said.className = "sh-problem";
          said.textContent = box.dataset.textMost;
          box.append(said);
        }
        unready -= 1;
      });
    });
    // Sent before the last picture is ready, the form waits for it.
    form.addEventListener("submit", (event) => {
      if (!unready) return;
      event.preventDefault();
      event.stopPropagation();
      const button = event.submitter;
      busy.then(() => setTimeout(() => form.requestSubmit(button))); // not while this very event is under way
    });
  }

  // -- a tap makes a picture large; its neighbours are a swipe away ------------------------------------------------------
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-zoom] a");
    if (!link) return;
    event.preventDefault();
    const links = [...link.closest("[data-zoom]").querySelectorAll("a")];
    const dialog = document.createElement("dialog");
    dialog.className = "sh-zoom";
    dialog.append(...links.map((one) => {
      const image = new Image();
      image.src = one.href;
      image.alt = one.firstElementChild.alt;
      return image;
    }));
    dialog.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
    document.body.append(dialog);
    dialog.showModal();
    dialog.scrollLeft = links.indexOf(link) * dialog.clientWidth;
  });

  // -- the last day of a deadline is counted by the second ---------------------------------------------------------------
  const clocks = [...document.querySelectorAll("[data-deadline]")];
  const two = (number) => String(number).padStart(2, "0");
  function tick() {
    for (const clock of clocks) {
      const seconds = Math.max(0, Math.floor((new Date(clock.dataset.deadline) - Date.now()) / 1000));
      if (seconds < 86_400) clock.textContent = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    }
  }
  if (clocks.length) { tick(); setInterval(tick, 1000); }
})();
