/* Where the server keeps profiles, this browser's films follow theirs: read at the start and when the page is looked at
   again, written through at every change. What could not be sent waits here, also when the browser is closed: it is the
   difference between what is kept here and `base`, what the server is known to have.
     profile-sync   {dataset: {known, off, base: {"kind:movie": value}, since: {"kind:movie": when it changed}}} */
(function () {
  "use strict";
  const own = window.cinematchOwnFilms;
  const STORE = "profile-sync";
  const AT_ONCE = 1000;
  const PAUSE_MS = 300;
  const RETRY_MS = [5000, 15000, 60000];
  const STALE_MS = 60000;
  let busy = false;
  let again = false;
  let failures = 0;
  let timer = null;
  let loaded = 0;

  function address() {
    const mark = document.querySelector("[data-profiles]");
    return mark ? mark.dataset.profiles : "";
  }

  /* --- what the server is known to have --- */

  function all() {
    return window.cinematchStorage.read(STORE) || {};
  }

  function state() {
    return { known: false, off: false, base: {}, since: {}, ...all()[window.cinematchDataset()] };
  }

  function remember(next) {
    window.cinematchStorage.write(STORE, { ...all(), [window.cinematchDataset()]: next });
  }

  /* --- what is kept here, by kind and film --- */

  function entries(parts) {
    const found = new Map();
    parts.ratings.forEach((one) => found.set(`rating:${one.movie}`, { value: one.rating, time: one.time }));
    ["hidden", "watched"].forEach((kind) => {
      parts[kind].forEach((one) => found.set(`${kind}:${one.movie}`, { value: 1, time: one.time }));
    });
    Object.keys(parts.kept).forEach((movie) => {
      const when = parts.kept[movie];
      found.set(`watchlist:${movie}`, { value: 1, time: when > 1 ? Math.floor(when / 1000) : null });
    });
    return found;
  }

  function differences(mine, base) {
    const changed = [...mine.keys()].filter((key) => base[key] !== mine.get(key).value);
    return [...changed, ...Object.keys(base).filter((key) => !mine.has(key))];
  }

  function changeOf(key, mine, since) {
    const [kind, movie] = key.split(":");
    const change = { kind: kind, movie_id: Number(movie), age_ms: Math.max(0, Date.now() - (since[key] || Date.now())) };
    const held = mine.get(key);
    if (!held) { return { ...change, kept: false }; }
    if (kind === "rating") { change.rating = held.value; }
    if (held.time) { change.time = held.time * 1000; }
    return change;
  }

  /* --- asking the server --- */

  function ask(method, path, body) {
    return window.fetch(address() + path, {
      method: method, credentials: "same-origin",
      headers: body ? { "Content-Type": "application/json" } : {}, body: body ? JSON.stringify(body) : undefined
    }).then((answer) => answer.json().catch(() => ({})).then((found) => ({ status: answer.status, found: found })));
  }

  function say(text) {
    const line = document.getElementById("profile-status");
    if (line) { line.textContent = text; }
  }

  function later() {
    window.clearTimeout(timer);
    timer = window.setTimeout(sync, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
    failures += 1;
    const waiting = differences(entries(own.read()), state().base).length;
    say(`The server does not answer. ${waiting} change${waiting === 1 ? "" : "s"} of yours wait in this browser.`);
  }

  function lost() {
    remember({ known: false, off: true, base: {}, since: {} });
    say("The server does not know this browser's profile any more. Your films are still in this browser.");
  }

  /* Send changes; of those that are refused together each one is tried, and what is refused alone is not sent again. */
  function send(keys, mine, since) {
    return ask("POST", "/changes", { changes: keys.map((key) => changeOf(key, mine, since)) }).then((answer) => {
      if ((answer.status === 404 || answer.status === 422) && keys.length > 1) {
        const half = Math.ceil(keys.length / 2);
        return send(keys.slice(0, half), mine, since).then((status) => (
          status === 200 ? send(keys.slice(half), mine, since) : status
        ));
      }
      if (answer.status !== 200 && answer.status !== 404 && answer.status !== 422) { return answer.status; }
      const next = state();
      keys.forEach((key) => {
        if (mine.has(key)) { next.base[key] = mine.get(key).value; } else { delete next.base[key]; }
        delete next.since[key];
      });
      remember(next);
      return 200;
    });
  }

  function begin(now) {
    if (now.known) { return Promise.resolve(200); }
    return ask("POST", "", {}).then((answer) => {
      if (answer.status === 200) { remember({ ...state(), known: true }); }
      return answer.status;
    });
  }

  function sync() {
    const now = state();
    if (!address() || now.off) { return; }
    if (busy) { again = true; return; }
    const mine = entries(own.read());
    const keys = differences(mine, now.base);
    if (!keys.length) { tell(); return; }
    keys.forEach((key) => { now.since[key] = now.since[key] || Date.now(); });
    remember(now);
    busy = true;
    begin(now)
      .then((status) => (status === 200 ? send(keys.slice(0, AT_ONCE), mine, now.since) : status))
      .then((status) => {
        if (status === 200) { failures = 0; again = true; } else if (status === 401) { lost(); } else { later(); }
      }, later)
      .then(() => {
        busy = false;
        if (again) { again = false; sync(); }
      });
  }

  /* --- reading what the server has --- */

  function theirs(found) {
    const held = new Map();
    found.ratings.forEach((one) => held.set(`rating:${one.movie_id}`, { value: one.rating, time: one.time }));
    ["watchlist", "hidden", "watched"].forEach((kind) => {
      found[kind].forEach((one) => held.set(`${kind}:${one.movie_id}`, { value: 1, time: one.time }));
    });
    return held;
  }

  /* What was changed here since it was last sent stays; all else is as the server has it. */
  function merged(parts, held, base) {
    const mine = entries(parts);
    const next = { ratings: [], hidden: [], watched: [], kept: {} };
    const keys = new Set([...mine.keys(), ...held.keys()]);
    let same = true;
    keys.forEach((key) => {
      const here = mine.get(key);
      const there = held.get(key);
      const changedHere = (here && here.value) !== base[key];
      const chosen = changedHere || (here && there && here.value === there.value) ? here : there;
      same = same && (chosen && chosen.value) === (here && here.value);
      if (!chosen) { return; }
      const [kind, movie] = key.split(":");
      const time = chosen === here ? chosen.time : chosen.time && Math.floor(chosen.time / 1000);
      if (kind === "watchlist") { next.kept[movie] = time ? time * 1000 : 1; return; }
      const entry = { movie: Number(movie), time: time || null };
      if (kind === "rating") { next.ratings.push({ movie: entry.movie, rating: chosen.value, time: entry.time }); }
      else { next[kind].push(entry); }
    });
    return same ? null : next;
  }

  function load() {
    const now = state();
    if (!address() || now.off || busy) { return; }
    loaded = Date.now();
    ask("GET", "").then((answer) => {
      if (answer.status === 401) {
        if (now.known) { lost(); } else { sync(); }
        return;
      }
      if (answer.status !== 200) { later(); return; }
      const held = theirs(answer.found);
      const before = state();
      const next = merged(own.read(), held, before.base);
      const base = {};
      held.forEach((one, key) => { base[key] = one.value; });
      remember({ ...before, known: true, base: base });
      if (next) { own.replace(next); }
      tell(answer.found.name);
      sync();
    }, later);
  }

  function tell(name) {
    const now = state();
    const panel = document.querySelector("[data-profile-panel]");
    if (panel) { panel.dataset.off = String(now.off); }
    if (now.off) { return; }
    if (!now.known) { say("Once you rate a film, the server keeps it for you, without a name."); return; }
    const count = Object.keys(now.base).length;
    const who = name ? `As ${name}: ` : "";
    say(`${who}${count} film${count === 1 ? "" : "s"} of yours ${count === 1 ? "is" : "are"} kept on this server.`);
  }

  /* --- the panel --- */

  function valueOf(name) { const field = document.getElementById(`profile-${name}`); return field ? field.value : ""; }

  function taken(answer, fresh) {
    if (answer.status !== 200) { say(answer.found.detail || "The server did not answer. Try again."); return; }
    const before = state();
    remember({ known: true, off: false, base: fresh ? {} : before.base, since: fresh ? {} : before.since });
    load();
  }

  const actions = {
    code: () => ask("POST", "/code", {}).then((answer) => {
      say(answer.status === 200
        ? `Type ${answer.found.code} on the other device within ${answer.found.expires_in_s / 60} minutes.`
        : answer.found.detail);
    }),
    redeem: () => ask("POST", "/redeem", { code: valueOf("other-code") }).then((answer) => taken(answer, false)),
    name: () => ask("POST", "/name", { name: valueOf("name"), passphrase: valueOf("passphrase") })
      .then((answer) => taken(answer, false)),
    "sign-in": () => ask("POST", "/sign-in", { name: valueOf("name"), passphrase: valueOf("passphrase") })
      .then((answer) => taken(answer, true)),
    delete: () => {
      if (!window.confirm("Delete all that this server keeps of you? What is in this browser stays.")) { return null; }
      return ask("DELETE", "").then((answer) => {
        if (answer.status !== 200) { say(answer.found.detail); return; }
        remember({ known: false, off: true, base: {}, since: {} });
        tell();
        say("The server keeps nothing of you any more. Your films are in this browser only.");
      });
    },
    on: () => {
      remember({ known: false, off: false, base: {}, since: {} });
      load();
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-profile]");
    if (!button) { return; }
    const done = actions[button.dataset.profile]();
    if (done) { done.catch(() => say("The server did not answer. Try again.")); }
  });

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - loaded > STALE_MS) { load(); }
  });
  window.addEventListener("online", () => { failures = 0; sync(); });

  own.subscribe(() => {
    if (!loaded) { load(); return; }
    window.clearTimeout(timer);
    timer = window.setTimeout(sync, PAUSE_MS);
  });

  window.cinematchProfile = {
    ask: ask,
    isKept: () => {
      const now = state();
      return Boolean(address()) && now.known && !now.off;
    }
  };

  /* The panel says how things stand when it is opened. */
  document.addEventListener("cinematch:unfolded", (event) => {
    if (event.target.querySelector("[data-profile-panel]")) { tell(); }
  });
})();
