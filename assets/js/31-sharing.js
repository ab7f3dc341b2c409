/* The link that carries one's ratings, to copy or to hand on: of a list as it stands, or of oneself alone. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;
  const own = window.cinematchOwnFilms;
  const friends = window.cinematchFriends;
  const { counted } = window.cinematch;
  const LONG = 2000;

  /* The address for others: who is "me" here is a friend there. */
  function sharedAddress(what) {
    if (what === "profile") { return { path: `${friends.root()}people`, codes: [friends.ownCode()], mine: true }; }
    const query = new URLSearchParams(window.location.search);
    const mine = friends.aboutMe(query);
    const codes = [...(mine ? [friends.ownCode()] : []), ...(friends.aboutFriends(query) ? friends.codesOf(friends.read().shown) : [])];
    if (query.get("mode") === "me") { query.set("mode", "friend"); }
    if (query.has("me")) {
      query.delete("me");
      query.set("friends", "1");
    }
    const watchlist = query.has("watchlist");
    query.delete("watchlist");
    const asked = query.toString().replaceAll("%2C", ",");
    return { path: `${window.location.pathname}${asked && `?${asked}`}`, codes: codes, mine: mine, watchlist: watchlist };
  }

  function linkOf(shared) {
    const fragment = shared.codes.length ? `#${shared.codes.map((code) => `p=${code}`).join("&")}` : "";
    return `${window.location.origin}${shared.path}${fragment}`;
  }

  function explained(shared, link) {
    const texts = [];
    const count = own.read().ratings.length;
    if (shared.mine) {
      const theirs = shared.codes.length > 1 ? " and those of your friends" : "";
      texts.push(`The link itself holds your ${counted(count, "rating")}${theirs}; nothing is kept on a server for it. Whoever has the link can read them. Films waved away and your watchlist stay here.`);
    } else if (shared.codes.length) {
      texts.push("The link itself holds the ratings of your friends; nothing is kept on a server for it. Whoever has the link can read them.");
    } else {
      texts.push("The address says all that is needed; no ratings of yours are in it.");
    }
    if (shared.watchlist) { texts.push("Your watchlist does not go along, so their list holds other films, too."); }
    if (link.length > LONG) {
      texts.push(`It has ${window.cinematch.grouped(link.length)} characters. Some messengers cut long links; who opens a cut one is told.`);
    }
    return texts.map((text, key) => h("p", { className: "note", key: key }, text));
  }

  function copy(field, say) {
    const done = () => say("Copied.");
    const byHand = () => {
      field.select();
      say(document.execCommand("copy") ? "Copied." : "Copy it with Ctrl+C: it is selected.");
    };
    if (window.navigator.clipboard) { window.navigator.clipboard.writeText(field.value).then(done, byHand); } else { byHand(); }
  }

  function Sheet({ what, title, close }) {
    const [name, setName] = React.useState(friends.me().name);
    const [said, say] = React.useState("");
    const field = React.useRef(null);
    const dialog = React.useRef(null);
    React.useEffect(() => { dialog.current.showModal(); }, []);
    const shared = sharedAddress(what);
    const empty = shared.mine && !own.read().ratings.length;
    const link = empty ? "" : linkOf(shared);
    function call(event) {
      friends.callMe(event.target.value);
      setName(event.target.value);
      say("");
    }
    const labelled = (label, props) => h("label", { className: "sheet-field" }, h("span", { className: "control-label" }, label), h("input", props));
    return h("dialog", { className: "sheet", ref: dialog, onClose: close, "aria-labelledby": "sheet-title", onClick: (event) => { if (event.target === dialog.current) { dialog.current.close(); } } },
      h("div", { className: "sheet-body" },
        h("h2", { id: "sheet-title" }, title),
        empty
          ? h("p", null, "You have rated nothing in this browser yet: there is nothing to share. Rate a few films first.")
          : h(React.Fragment, null,
            h("div", { className: "stack-xs" }, explained(shared, link)),
            shared.mine && labelled("What they shall call you, if you like", { value: name, maxLength: friends.LONGEST_NAME, autoComplete: "nickname", onChange: call }),
            labelled("Link", { ref: field, readOnly: true, value: link, onFocus: (event) => event.target.select() })),
        h("div", { className: "sheet-buttons" },
          !empty && h("button", { type: "button", className: "cta", onClick: () => copy(field.current, say) }, "Copy the link"),
          !empty && window.navigator.share && h("button", {
            type: "button", className: "cta cta-quiet",
            onClick: () => window.navigator.share({ title: title, url: link }).catch(() => say("It was not handed on."))
          }, "Send…"),
          h("button", { type: "button", className: "link-button", onClick: () => dialog.current.close() }, "Close"),
          h("span", { className: "note", role: "status" }, said))));
  }

  function ShareButton(props) {
    const [open, setOpen] = React.useState(false);
    return h(React.Fragment, null,
      h("button", { type: "button", className: props.className || "share-button", "aria-haspopup": "dialog", onClick: () => setOpen(true) },
        h("span", { className: "icon icon-share", "aria-hidden": true }), props.label),
      open && h(Sheet, { what: props.what, title: props.title || props.label, close: () => setOpen(false) }));
  }

  window.cinematch.ShareButton = ShareButton;
})();
