"use strict";

const at = (id) => document.getElementById(id);
let start, current;

async function load() {
  start = await (await fetch("/start/start.json")).json();
  for (const guide of start.guides) {
    const link = document.createElement("a");
    link.href = guide.path;
    link.textContent = guide.title;
    at("guides").append(link, " ");
  }
  for (const role of start.roles) {
    at("role").append(new Option(role.role, role.role));
  }
  // Without tokens of its own the page takes one that the reader has.
  at("token-row").hidden = start.roles.some((role) => role.token);
  at("token-row").addEventListener("submit", (event) => event.preventDefault());
  at("role").addEventListener("change", showRole);
  for (const example of start.examples) {
    const button = document.createElement("button");
    const about = document.createElement("small");
    about.textContent = "as " + example.role;
    button.append(example.title, about);
    button.addEventListener("click", () => pick(example, button));
    const item = document.createElement("li");
    item.append(button);
    at("examples").append(item);
  }
  at("run").addEventListener("click", run);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
  });
  at("examples").querySelector("button").click();
  document.body.dataset.ready = "true";
}

function pick(example, button) {
  current?.removeAttribute("aria-current");
  current = button;
  button.setAttribute("aria-current", "true");
  at("query").value = example.query;
  at("variables").value = example.variables;
  if ([...at("role").options].some((option) => option.value === example.role)) {
    at("role").value = example.role;
  }
  showRole();
}

function showRole() {
  at("about").textContent = role()?.about ?? "";
}

function role() {
  return start.roles.find((r) => r.role === at("role").value);
}

async function run() {
  if (at("run").disabled) return;
  let variables;
  try {
    variables = JSON.parse(at("variables").value || "{}");
  } catch (error) {
    return show("Variables are not JSON: " + error.message, "", true);
  }
  const headers = { "Content-Type": "application/json", "Tradewind-Cost": "include" };
  const token = role()?.token || at("token").value.trim();
  if (token) headers.Authorization = "Bearer " + token;
  at("run").disabled = true;
  const begin = performance.now();
  try {
    const response = await fetch("/graphql", {
      method: "POST", headers, body: JSON.stringify({ query: at("query").value, variables }),
    });
    const answer = await response.json();
    const time = performance.now() - begin;
    const cost = answer.extensions?.cost;
    delete answer.extensions;
    const parts = [time.toFixed(time < 10 ? 1 : 0) + " ms"];
    if (cost) parts.push("cost " + cost.requested + " of " + cost.limit);
    if (answer.errors) parts.push(answer.errors.length === 1 ? "1 error" : answer.errors.length + " errors");
    show(parts.join(" · "), JSON.stringify(answer, null, 2), Boolean(answer.errors));
  } catch (error) {
    show("No answer: " + error.message, "", true);
  } finally {
    at("run").disabled = false;
  }
}

function show(status, answer, bad) {
  at("status").value = status;
  at("status").classList.toggle("bad", bad);
  at("answer").textContent = answer;
}

load().catch((error) => show("This page did not load: " + error.message, "", true));
