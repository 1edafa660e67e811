// Asks for one address after the other, each as a browser does that was sent there: whether it gets anything, its server sees.

const state = document.querySelector("#state");
const button = document.querySelector("button");
const device = [...crypto.getRandomValues(new Uint32Array(4))].join("-");

const tell = (name) => {
  state.textContent = state.dataset[name];
};

async function next() {
  const body = JSON.stringify({ device });
  const answer = await fetch("next", { method: "POST", headers: { "Content-Type": "application/json" }, body });
  return answer.json();
}

async function visitAll() {
  // Whoever has just said that the authority is trusted is believed once.
  let trusts = true;
  for (;;) {
    const visit = await next();
    if (visit.is === "taken" || visit.is === "over") {
      return tell(visit.is);
    }
    if (visit.is === "visit") {
      if (visit.again && !trusts) {
        button.disabled = false;
        return tell("again");
      }
      trusts = false;
      await fetch(visit.link, { mode: "no-cors", cache: "no-store", credentials: "omit" }).catch(() => {});
    }
  }
}

button.addEventListener("click", () => {
  button.disabled = true;
  tell("going");
  // The audit is gone, or the network.
  visitAll().catch(() => tell("over"));
});
