/* What pages show of friends: who they are, whose films came with a link, and what can be done with them. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;
  const own = window.cinematchOwnFilms;
  const friends = window.cinematchFriends;

  function counted(count, what) { return `${window.cinematch.grouped(count)} ${what}${count === 1 ? "" : "s"}`; }

  function NavLink({ href, className, children }) {
    return h("a", { className: className || "text-link", href: href, "data-nav": "1" }, children);
  }

  function button(text, onClick, className) {
    return h("button", { className: className || "link-button", type: "button", onClick: onClick }, text);
  }

  /* --- choosing --- */

  function told(friend) { return { key: friend.key, name: friend.name, ratings: friends.pairs(friend.key) }; }

  /* Friends as buttons; `chosen` is what callbacks are given of those that are pressed. */
  function FriendPicks(props) {
    const state = friends.use();
    const known = state.friends;
    function initial() {
      if (friends.isCarried()) { return props.many ? state.shown : state.shown.slice(0, 1); }
      if (props.many) { return []; }
      const last = known.find((friend) => state.shown.includes(friend.key)) || known[known.length - 1];
      return last ? [last.key] : [];
    }
    // Whoever arrives, also after this was first drawn, is who is meant.
    const [picked, setPicked] = React.useState(() => ({ since: state.arrivals, keys: initial() }));
    const keys = picked.since === state.arrivals ? picked.keys : initial();
    function setKeys(next) { setPicked({ since: state.arrivals, keys: next }); }
    const chosen = known.filter((friend) => keys.includes(friend.key));
    const said = chosen.map((friend) => friend.code).join(" ");
    React.useEffect(() => {
      if (friends.read().arrivals !== state.arrivals) { return; }
      if (props.chosen === undefined && !chosen.length && !props.needed) { return; }
      friends.show(chosen.map((friend) => friend.key));
      props.setProps({ chosen: chosen.map(told) });
    }, [said, state.arrivals]);
    function toggle(key) {
      const others = keys.filter((one) => one !== key);
      setKeys(!props.many ? [key] : keys.includes(key) ? others : [...others, key]);
    }
    const buttons = known.map((friend) => h("button", {
      key: friend.key, type: "button", className: "pick", "aria-pressed": keys.includes(friend.key), onClick: () => toggle(friend.key)
    }, h("span", { className: "pick-name" }, friend.name), h("span", { className: "pick-count" }, window.cinematch.grouped(friend.ratings.length))));
    return h("div", { id: props.id, className: "stack-xs", role: "group", "aria-label": props.label },
      h("div", { className: "control-label", "aria-hidden": true }, props.label),
      known.length ? h("div", { className: "picks" }, buttons) : h("p", { className: "note" }, props.empty));
  }

  /* Nothing to see: who came last by a link, for callbacks. */
  function LastFriend(props) {
    const last = friends.use(friends.last);
    React.useEffect(() => {
      if (!last && props.chosen === undefined) { return; }
      props.setProps({ chosen: last ? [told(last)] : [] });
    }, [last && last.code]);
    return null;
  }

  /* --- what can be done with a friend's films --- */

  function FriendActions({ friend, on }) {
    own.use(own.read);
    const mine = own.read().ratings.length;
    const fresh = friends.unrated(friend).length;
    return h("div", { className: "friend-actions" },
      on !== "recommend" && h(NavLink, { href: friends.addressOf("recommend?mode=friend", friend), className: "cta" }, friend.mine ? "The list for these" : "Their list"),
      on !== "people" && h(NavLink, { href: friends.addressOf("people?mode=friend", friend), className: "cta" }, "How alike are you?"),
      !friend.mine && on !== "together" && h(NavLink, {
        href: friends.addressOf(mine ? "together?me=1&friends=1" : "together?friends=1", friend), className: "cta cta-quiet"
      }, "Watch together"),
      h("span", { className: "friend-carry" },
        !mine && button("Carry them to this device", () => friends.addToMine(friend)),
        Boolean(mine && fresh) && button(`Add ${counted(fresh, "rating")} to mine`, () => friends.addToMine(friend)),
        Boolean(mine) && button("Replace mine by these", () => friends.replaceMine(friend)),
        !friend.mine && button("Remove from this browser", () => friends.remove(friend.key))));
  }

  /* The actions for whom a page is about. */
  function FriendPanel(props) {
    const state = friends.use();
    const friend = state.friends.find((one) => one.key === props.friend);
    return friend ? h(FriendActions, { friend: friend, on: props.on }) : null;
  }

  /* --- arriving by a link --- */

  function page() {
    const path = window.location.pathname.slice(friends.root().length);
    return path.split("/")[0];
  }

  function arrivedText(people) {
    if (people.length === 1 && people[0].mine) {
      return `This is your own link, with your ${counted(people[0].ratings.length, "rating")} of when you made it.`;
    }
    const names = people.map((friend) => `${friend.name} (${counted(friend.ratings.length, "rating")})`);
    const listed = names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}` : names[0];
    return `The films of ${listed} came with this link. They stay apart from yours, in this browser until you remove them.`;
  }

  function foreignText() {
    const mine = own.read().ratings.length;
    const yours = mine ? `yours: ${counted(mine, "rating")}` : "yours, and you have rated nothing in this browser yet";
    return "Whoever sent this address saw what is made from their own ratings, which it does not carry. What you see is " +
      `made from ${yours}. Ask them for the link of “Share my films” on the page People: it carries theirs.`;
  }

  function Arrival() {
    const state = friends.use();
    React.useEffect(() => friends.begin(), []);
    own.use(own.read);
    const people = state.friends.filter((friend) => state.arrived.includes(friend.key));
    const quiet = people.length > 0 && page() === "people";
    const lines = [
      ...state.problems.map((text) => h("p", { key: text }, text)),
      state.foreign && h("p", { key: "foreign" }, foreignText()),
      people.length > 0 && !quiet && h("p", { key: "arrived" }, arrivedText(people))
    ].filter(Boolean);
    if (!lines.length) { return null; }
    const failed = state.problems.length > 0;
    return h("section", { className: `arrival${failed ? " arrival-failed" : ""}`, "aria-label": "What came with the link", role: failed ? "alert" : null },
      h("span", { className: `icon icon-${failed ? "alert" : "person"}`, "aria-hidden": true }),
      h("div", { className: "arrival-text" }, lines,
        people.length === 1 && !quiet && h(FriendActions, { friend: people[0], on: page() })),
      h("button", {
        className: "icon-button", type: "button", "aria-label": "Close this message", onClick: friends.dismiss
      }, h("span", { className: "icon icon-hide", "aria-hidden": true })));
  }

  Object.assign(window.cinematch, {
    Arrival: Arrival, FriendPicks: FriendPicks, LastFriend: LastFriend, FriendPanel: FriendPanel, counted: counted
  });
})();
