// The import centre: drop zone, upload with progress, and the mapping form's plain submit.
(() => {
  "use strict";
  const zoneOf = (target) => target.closest?.("[data-dropzone]");
  const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1048576 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1048576).toFixed(1)} MB`);

  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      const zone = zoneOf(event.target);
      if (!zone) return;
      event.preventDefault();
      zone.classList.add("is-over");
    });
  }
  document.addEventListener("dragleave", (event) => zoneOf(event.target)?.classList.remove("is-over"));
  document.addEventListener("drop", (event) => {
    const zone = zoneOf(event.target);
    if (!zone) return;
    event.preventDefault();
    zone.classList.remove("is-over");
    const input = zone.querySelector("input[type=file]");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  function problemOf(zone, files) {
    if (files.length > Number(zone.dataset.maxFiles)) return zone.dataset.textMany;
    const large = files.find((file) => file.size > Number(zone.dataset.maxBytes));
    return large ? `${large.name} ${zone.dataset.textLarge}` : "";
  }
  document.addEventListener("change", (event) => {
    const zone = event.target.matches("input[type=file]") && zoneOf(event.target);
    if (!zone) return;
    const files = [...event.target.files];
    const form = zone.closest("form");
    const list = form.querySelector("[data-chosen]");
    list.replaceChildren(
      ...files.map((file) => {
        const item = document.createElement("li");
        item.className = "yt-file";
        const name = document.createElement("span");
        name.textContent = file.name;
        const bytes = document.createElement("span");
        bytes.className = "text-secondary";
        bytes.textContent = size(file.size);
        item.append(name, bytes);
        return item;
      }),
    );
    form.querySelector("[data-upload-problem]").textContent = problemOf(zone, files);
  });
  // On a slow line a file is chosen before this script is there; coming back, the browser has chosen it again.
  for (const input of document.querySelectorAll("[data-dropzone] input[type=file]")) {
    if (input.files.length) input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-upload]")) return;
    event.preventDefault();
    const zone = form.querySelector("[data-dropzone]");
    const files = [...form.querySelector("input[type=file]").files];
    const problem = form.querySelector("[data-upload-problem]");
    problem.textContent = problemOf(zone, files);
    if (problem.textContent) return;
    const button = form.querySelector("button:not([type=button])");
    const request = new XMLHttpRequest();
    const show = (share) => {
      form.querySelector("[data-upload-bar]").style.width = `${share}%`;
      form.querySelector("[data-upload-percent]").textContent = `${share}%`;
    };
    const stop = (text) => {
      button.disabled = false;
      form.querySelector("[data-upload-progress]").hidden = true;
      problem.textContent = text;
    };
    request.upload.onprogress = (progress) => progress.lengthComputable && show(Math.round((100 * progress.loaded) / progress.total));
    request.onerror = () => stop(zone.dataset.textBroken);
    request.onload = () => {
      if (request.status < 400) return location.assign(request.responseURL);
      const page = new DOMParser().parseFromString(request.responseText, "text/html");
      stop(page.querySelector(".alert-danger span, .empty-subtitle")?.textContent ?? document.body.dataset.textServer);
    };
    button.disabled = true;
    form.querySelector("[data-upload-progress]").hidden = false;
    show(0);
    request.open("POST", form.action);
    request.send(new FormData(form));
  });

  // The mapping form asks for previews by htmx; saving it is a plain submit that htmx must not take.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-mapping] [name^='field-']")) event.target.classList.toggle("yt-chosen", event.target.value !== "");
  });
})();
