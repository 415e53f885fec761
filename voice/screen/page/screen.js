// Shows how the conversation stands and asks for what is pressed. Keeps nothing but the colours chosen
// and whether letters are keys; everything else comes with each message, whole.

import { Figure } from "/figure.js";

const STATES = {
  listening: "Listening",
  ready: "Ready",
  hearing: "Hearing you",
  speaking: "Speaking",
  holding: "Hold",
  resting: "Rest",
  waiting: "Your answer?",
  paused: "Paused",
};
const KEYS = { " ": "pause", ArrowRight: "next", ArrowLeft: "back", Escape: "stop" };
const LETTERS = {
  ...{ r: "repeat", h: "pain", s: "slower", f: "faster", q: "quieter", l: "louder" },
  ...{ t: "time_left", w: "where_am_i", y: "yes", n: "no", "?": "help" },
};
const LOUDEST = -12;
const QUIETEST = -60;
const AGAIN_MS = 1000;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

const $ = (id) => document.getElementById(id);
const body = document.body;
let now = null;
let figure = null;

// What comes from the server

function follow() {
  const stream = new EventSource("/events");
  stream.addEventListener("message", (event) => show(JSON.parse(event.data)));
  stream.addEventListener("level", (event) => showLevel(Number(event.data)));
  stream.addEventListener("error", () => {
    lost();
    // The browser asks again by itself, unless it was refused.
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN_MS);
  });
}

function lost() {
  body.dataset.link = "lost";
  $("state").textContent = "Not connected";
  $("hold").dataset.running = "";
  now = null;
}

function show(message) {
  if (now === null) performance.mark("shown");
  now = { ...message, at: performance.now() - message.age * 1000 };
  body.dataset.link = "open";
  showState(message);
  showWords(message.picture);
  showStage(message.picture);
  showBesides(message);
  showStarts(message);
  tick();
}

function showState({ picture, exchange, troubles, pack }) {
  body.dataset.state = picture.state;
  for (const node of document.querySelectorAll("[data-pack]")) node.lang = pack.language;
  setText("state", STATES[picture.state]);
  setText("title", pack.name);
  document.title = `${STATES[picture.state]} · ${pack.name}`;
  setText("heard", exchange.heard && `Heard “${exchange.heard}${exchange.final ? "" : " …"}”`);
  $("heard").classList.toggle("partly", !exchange.final);
  setText("left", picture.kind && minutes(picture.left));
  const texts = troubles.map((trouble) => `${trouble.what} ${trouble.remedy}`).join(" ");
  if ($("troubles").textContent !== texts) $("troubles").textContent = texts;
}

function showWords(picture) {
  const [before, line, after] = sentences(picture);
  setText("before", before);
  setText("after", after);
  if ($("now").textContent !== line) {
    const sentence = document.createElement("span");
    sentence.textContent = line;
    $("now").replaceChildren(...(line ? [sentence] : []));
  }
  $("now").classList.toggle("lit", picture.words.sounding || picture.state === "speaking");
  showAnswers(picture);
}

/** What stands above the lit sentence, the sentence, and what comes below it. */
function sentences({ words, place, kind, can_say: canSay }) {
  if (kind === "stretching") {
    const label = place === null ? "" : capital(place.label);
    return words.now === place?.label ? ["", label, ""] : [label, words.now, ""];
  }
  if (words.now === "") return ["", canSay[0], canSay.slice(1).join(" ")];
  return [words.before.join(" "), words.now, words.after.join(" ")];
}

function showAnswers({ asked, state, kind }) {
  $("answers").hidden = !asked;
  const ready = kind === "stretching";
  setText("yes", ready ? "I am ready" : "Yes");
  setText("no", ready ? "Not yet" : "No");
  $("hold-on").dataset.do = state === "paused" ? "resume" : "pause";
  $("hold-on").lastChild.textContent = state === "paused" ? "Go on" : "Wait";
}

function showStage({ figure: drawing, place, clock }) {
  const drawn = drawing !== null && figure !== null && figure.knows(drawing.name);
  $("stage").hidden = !drawn && place === null;
  $("figure").hidden = !drawn;
  $("hold").hidden = place === null;
  body.toggleAttribute("data-stage", !$("stage").hidden);
  if (drawn) {
    figure.show(drawing.name, drawing.side.toLowerCase() === "left");
    $("person").setAttribute("aria-label", [drawing.name.replaceAll("_", " "), drawing.side].filter(Boolean).join(", "));
  }
  if (place !== null) showPlace(place, clock);
}

function showPlace(place, clock) {
  setText("side", place.side);
  setText("repetition", `${place.repetition} of ${place.of}`);
  const dots = Array.from({ length: place.of }, (_, i) => {
    const dot = document.createElement("i");
    if (i + 1 < place.repetition) dot.className = "done";
    if (i + 1 === place.repetition) dot.className = "current";
    return dot;
  });
  $("dots").replaceChildren(...dots);
  $("hold").dataset.running = clock === null ? "" : "yes";
}

function showBesides({ picture, exchange, reminders }) {
  const { coming, can_say: canSay, kind, words } = picture;
  setSection("next", "next-text", coming && `${capital(coming.label)}, ${coming.repetition} of ${coming.of}, ${coming.seconds} seconds`);
  setSection("say", "can-say", words.now && canSay.join(" "));
  setSection("answer", "last-answer", kind ? "" : exchange.answer.join(" "));
  $("reminders").hidden = reminders.length === 0;
  $("reminder-list").replaceChildren(...reminders.map(reminderRow));
}

function reminderRow({ what, at, rings }) {
  const row = document.createElement("li");
  row.className = rings ? "rings" : "";
  const name = document.createElement("span");
  name.textContent = `${capital(what)} (${at})`;
  row.append(name, document.createElement("b"));
  return row;
}

function showStarts({ picture, starts }) {
  $("starts").hidden = picture.kind !== "";
  if ($("choices").childElementCount > 0) return;
  for (const { name, label } of starts) {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.do = name;
    button.textContent = capital(label);
    $("choices").append(button);
  }
}

function showLevel(dbfs) {
  const share = Math.min(1, Math.max(0, (dbfs - QUIETEST) / (LOUDEST - QUIETEST)));
  body.style.setProperty("--level", share.toFixed(2));
}

// What runs on between two messages: the ring, and the reminders' time

function tick() {
  if (now === null) return;
  const passed = (performance.now() - now.at) / 1000;
  const { place, clock } = now.picture;
  if (place !== null) showClock(place.seconds, clock === null ? null : clock.elapsed + passed);
  [...$("reminder-list").children].forEach((row, i) => {
    const text = remaining(now.reminders[i].seconds - passed);
    if (row.lastChild.textContent !== text) row.lastChild.textContent = text;
  });
}

function showClock(seconds, elapsed) {
  const begins = elapsed !== null && elapsed < 0;
  const left = elapsed === null ? seconds : begins ? -elapsed : Math.max(0, seconds - elapsed);
  setText("seconds", String(Math.ceil(left)));
  setText("unit", begins ? "get ready" : elapsed === null ? "to hold" : "seconds");
  const share = elapsed === null || begins ? 0 : Math.min(1, elapsed / seconds);
  $("passed").style.setProperty("--passed", STILL.matches ? Math.floor(share * seconds) / seconds : share);
}

function animate() {
  if ($("hold").dataset.running) tick();
  requestAnimationFrame(animate);
}

// What goes to the server

async function ask(what) {
  try {
    await fetch("/ask", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(what),
    });
  } catch {
    lost();
  }
}

function press(name) {
  const wanted = name === "pause" ? $("hold-on").dataset.do : name;
  const button = document.querySelector(`[data-do="${CSS.escape(wanted)}"]`);
  button?.classList.add("sent");
  setTimeout(() => button?.classList.remove("sent"), 250);
  ask({ do: wanted });
}

function keyFor({ key, repeat, ctrlKey, altKey, metaKey, target }) {
  if (repeat || ctrlKey || altKey || metaKey || target.closest("input, select, textarea")) return undefined;
  if (key === " " && target.closest("button, summary")) return undefined;
  return KEYS[key] ?? ($("letters").checked ? LETTERS[key.toLowerCase()] : undefined);
}

addEventListener("keydown", (event) => {
  const name = keyFor(event);
  if (name === undefined) return;
  event.preventDefault();
  press(name);
});

addEventListener("click", (event) => {
  const name = event.target.closest("[data-do]")?.dataset.do;
  if (name !== undefined) press(name);
});

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const sentence = $("sentence").value.trim();
  $("sentence").value = "";
  if (sentence) ask({ say: sentence });
});

// What this browser remembers

function remembered(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing shows the page all the same.
  }
}

function dress() {
  const chosen = $("theme").value || (matchMedia("(prefers-contrast: more)").matches ? "contrast" : "");
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
}

$("theme").value = remembered("theme") ?? "";
$("letters").checked = remembered("letters") !== "off";
$("theme").addEventListener("change", () => {
  remember("theme", $("theme").value);
  dress();
});
$("letters").addEventListener("change", () => remember("letters", $("letters").checked ? "on" : "off"));
matchMedia("(prefers-contrast: more)").addEventListener("change", dress);
dress();

// Words

/** Set the text of an element, and hide it where there is none. */
function setText(id, text) {
  const node = $(id);
  const wanted = text || "";
  if (node.textContent !== wanted) node.textContent = wanted;
  node.hidden = wanted === "";
}

function setSection(id, textId, text) {
  setText(textId, text);
  $(id).hidden = !text;
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

function minutes(seconds) {
  if (seconds < 10) return "";
  return seconds < 90 ? "about a minute left" : `about ${Math.round(seconds / 60)} minutes left`;
}

function remaining(seconds) {
  if (seconds <= 0) return "now";
  if (seconds < 60) return `in ${Math.ceil(seconds)} s`;
  const total = Math.ceil(seconds / 60);
  if (total < 60) return `in ${total} min`;
  const hours = Math.floor(total / 60);
  return hours < 24 ? `in ${hours} h ${total % 60} min` : `in ${Math.round(hours / 24)} days`;
}

const drawing = await (await fetch("/poses.json")).json();
figure = new Figure($("person"), drawing);
follow();
setInterval(tick, 1000);
requestAnimationFrame(animate);
