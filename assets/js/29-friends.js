/* Friends: people whose ratings came by a link. The fragment of an address carries them (21-profile-code.js):
     #p=CODE&p=CODE   whose films the page is about, or who watches together
     #of=MARK         made from the ratings of the browser with this mark, without carrying them
   They are kept in this browser, apart from one's own films:
     friends        {data set: [code, ...]}, the latest last
     profile-mark   {mark, name}: what tells this browser's own links from others', drawn at random, and how one is called */
(function () {
  "use strict";
  const own = window.cinematchOwnFilms;
  const { encode, decode } = window.cinematchProfileCode;
  const storage = window.cinematchStorage;
  const MOST_FRIENDS = 12;
  const LONGEST_NAME = 40;
  let state = { friends: [], shown: [], arrived: [], foreign: false, problems: [], arrivals: 0 };
  let drawn = null; // this browser's mark, where it keeps nothing
  const listeners = new Set();

  function take(next) {
    state = { ...state, ...next };
    listeners.forEach((listener) => listener());
  }

  /* --- who one is --- */

  function me() {
    const held = storage.read("profile-mark") || drawn || {};
    if (typeof held.mark === "number") { return { mark: held.mark, name: held.name || "" }; }
    drawn = { mark: window.crypto.getRandomValues(new Uint32Array(1))[0], name: "" };
    storage.write("profile-mark", drawn);
    return drawn;
  }

  function callMe(name) { storage.write("profile-mark", { ...me(), name: name.trim().slice(0, LONGEST_NAME) }); }

  /* As lists take them: by time where each has one, otherwise as they were entered. */
  function inOrder(ratings) {
    return ratings.every((entry) => entry.time) ? ratings.slice().sort((one, other) => one.time - other.time) : ratings;
  }

  function ownCode() {
    return encode({ ...me(), dataset: window.cinematchDataset(), ratings: inOrder(own.read().ratings) });
  }

  /* --- reading codes --- */

  /* "ml-latest-small-f9b0c1..." is the version of a data set: people know it by its name. */
  function nameOf(dataset) { return dataset.replace(/-[0-9a-f]{12}$/, ""); }

  function otherData(theirs) {
    const here = window.cinematchDataset();
    const same = nameOf(theirs) === nameOf(here);
    const which = same ? `of another version of ${nameOf(here)} than the one here` : `of the data set ${nameOf(theirs)}, and here it is ${nameOf(here)}`;
    return `The films of this link are ${which}: they cannot be told apart. Ask for the films as a file, which is matched by title.`;
  }

  function friendOf(code) {
    const person = decode(code);
    if (person.dataset !== window.cinematchDataset()) { throw new Error(otherData(person.dataset)); }
    const key = person.mark.toString(36);
    const mine = person.mark === me().mark;
    const name = person.name.slice(0, LONGEST_NAME) || `Friend ${key.slice(-4)}`;
    return { key: key, name: mine ? "You, as shared" : name, mine: mine, code: code, ratings: person.ratings };
  }

  function keep(friends) {
    const kept = friends.filter((friend) => !friend.mine).slice(-MOST_FRIENDS);
    storage.write("friends", { ...(storage.read("friends") || {}), [window.cinematchDataset()]: kept.map((friend) => friend.code) });
    return [...friends.filter((friend) => friend.mine), ...kept];
  }

  /* --- arriving --- */

  function carried() {
    const fragment = new URLSearchParams(window.location.hash.slice(1));
    return { codes: fragment.getAll("p"), of: fragment.get("of") };
  }

  /* Take in what the address carries; `told` where somebody came by it and is to be told what it is. */
  function arrive(told) {
    const { codes, of } = carried();
    const found = [];
    const problems = [];
    codes.forEach((code) => {
      try { found.push(friendOf(code)); } catch (error) { problems.push(error.message); }
    });
    const keys = found.map((friend) => friend.key);
    const next = { problems: problems, arrived: told ? keys : [], foreign: Boolean(told && of && of !== me().mark.toString(36)) };
    if (codes.length) {
      const others = state.friends.filter((friend) => !keys.includes(friend.key));
      Object.assign(next, { friends: keep([...others, ...found]), shown: keys, arrivals: state.arrivals + 1 });
    }
    take(next);
  }

  let begun = false;
  function begin() {
    if (begun) { return; }
    begun = true;
    const friends = [];
    const codes = (storage.read("friends") || {})[window.cinematchDataset()];
    (Array.isArray(codes) ? codes : []).forEach((code) => {
      try { friends.push(friendOf(code)); } catch (error) { window.console.warn("A friend could not be read:", error); }
    });
    take({ friends: friends, arrivals: state.arrivals + 1 });
    arrive(true);
    window.addEventListener("hashchange", () => { if (carried().codes.length || carried().of) { arrive(true); } });
    ["popstate", "_dashprivate_pushstate"].forEach((name) => window.addEventListener(name, () => arrive(false)));
  }

  /* --- addresses --- */

  function codesOf(keys) {
    return state.friends.filter((friend) => keys.includes(friend.key)).map((friend) => friend.code);
  }

  function aboutFriends(query) { return query.get("mode") === "friend" || query.get("friends") === "1"; }

  function aboutMe(query) {
    return query.get("mode") === "me" || query.get("me") === "1" || query.get("colour") === "match";
  }

  /* What an address of this application carries: the friends it is about, and whose ratings it was made from. */
  function fragment(address) {
    const query = new URLSearchParams(address.split("?")[1] || "");
    const parts = aboutFriends(query) ? codesOf(state.shown).map((code) => `p=${code}`) : [];
    if (aboutMe(query)) { parts.push(`of=${me().mark.toString(36)}`); }
    return parts.length ? `#${parts.join("&")}` : "";
  }

  function show(keys) { take({ shown: keys }); }

  function root() { return document.querySelector("[data-root]").dataset.root; }

  function addressOf(path, friend) { return `${root()}${path}#p=${friend.code}`; }

  /* --- what can be done with somebody's films --- */

  function remove(key) {
    take({
      friends: keep(state.friends.filter((friend) => friend.key !== key)),
      shown: state.shown.filter((one) => one !== key), arrived: state.arrived.filter((one) => one !== key)
    });
  }

  function unrated(friend) { return friend.ratings.filter((entry) => !own.stars(entry.movie)); }

  /* Put ratings before those that stay of one's own. What is rated is neither waved away, watched nor to be watched. */
  function rate(text, entries, staying) {
    const movies = new Set(entries.map((entry) => entry.movie));
    own.change(text, (next) => {
      const others = (list) => list.filter((entry) => !movies.has(entry.movie));
      next.ratings = [...entries.map((entry) => ({ ...entry, time: null })), ...staying];
      next.hidden = others(next.hidden);
      next.watched = others(next.watched);
      next.kept = Object.fromEntries(Object.entries(next.kept).filter(([movie]) => !movies.has(Number(movie))));
    });
  }

  function addToMine(friend) {
    const entries = unrated(friend);
    rate(`Added ${entries.length} rating${entries.length === 1 ? "" : "s"} to yours.`, entries, own.read().ratings);
  }

  function replaceMine(friend) {
    rate(`Your ratings are now these ${friend.ratings.length}.`, friend.ratings, []);
  }

  function subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  window.cinematchFriends = {
    begin: begin,
    read: () => state,
    use: (read) => window.React.useSyncExternalStore(subscribe, read || (() => state)),
    LONGEST_NAME: LONGEST_NAME, me: me, callMe: callMe, ownCode: ownCode, codesOf: codesOf,
    aboutFriends: aboutFriends, aboutMe: aboutMe, fragment: fragment, addressOf: addressOf, root: root,
    /* Who came last by a link. */
    last: () => state.friends.filter((friend) => !friend.mine).slice(-1)[0],
    isCarried: () => carried().codes.length > 0,
    show: show, remove: remove, unrated: unrated, addToMine: addToMine, replaceMine: replaceMine,
    dismiss: () => take({ arrived: [], foreign: false, problems: [] }),
    /* Somebody's stars as callbacks read them. */
    pairs: (key) => (state.friends.find((friend) => friend.key === key) || { ratings: [] })
      .ratings.map((entry) => [entry.movie, entry.rating])
  };
})();
