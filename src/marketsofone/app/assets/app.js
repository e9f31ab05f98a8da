// Small comforts; every page works without them.
"use strict";

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault(); // a second click while the first is on its way
    form.dataset.sent = "yes";
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });
}

window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // back to a page that was kept: show how things stand now
});

for (const form of document.querySelectorAll("form[data-most]")) {
  const files = form.querySelector("input[type=file]");
  files.addEventListener("change", () => {
    const sum = [...files.files].reduce((total, file) => total + file.size, 0);
    files.setCustomValidity(sum > Number(form.dataset.most) ? "This is larger than the app takes at once." : "");
    files.reportValidity();
  });
}

const PAUSE = 1500;

function show(watched, told) {
  const atWork = told.rooms.find((room) => room.state === "at-work");
  const words = atWork ? `At work: ${atWork.name}` : "";
  const status = watched.querySelector("[data-told]");
  if (status.textContent !== words) status.textContent = words;
  for (const room of told.rooms) {
    const line = watched.querySelector(`[data-room="${room.name}"]`);
    line.className = room.state;
    line.querySelector("span").textContent = room.words;
  }
}

async function watch(watched) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    const answer = await fetch(watched.dataset.progress).catch(() => null);
    if (!answer) continue; // the server may be on its way back
    const told = answer.ok && !answer.redirected ? await answer.json() : { going: false };
    if (!told.going) return location.reload();
    show(watched, told);
  }
}

const watched = document.querySelector("[data-progress]");
if (watched) watch(watched);
