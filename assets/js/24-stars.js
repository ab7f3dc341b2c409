/* Stars to read and to give, and the buttons of a film. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;
  const own = window.cinematchOwnFilms;
  const PAUSE_MS = 1500;
  const STEPS = { ArrowRight: 0.5, ArrowUp: 0.5, ArrowLeft: -0.5, ArrowDown: -0.5 };

  function starsAt(field, event) {
    const box = field.getBoundingClientRect();
    return Math.min(5, Math.max(0.5, Math.ceil(((event.clientX - box.left) / box.width) * 10) / 2));
  }

  function keyed(key, now) {
    if (key in STEPS) { return Math.min(5, Math.max(0, now + STEPS[key])); }
    if (/^[0-5]$/.test(key)) { return Number(key); }
    if (key === "Home" || key === "Delete" || key === "Backspace") { return 0; }
    return key === "End" ? 5 : null;
  }

  /* One's own stars. Keys choose; Enter, a pause or going away keeps what was chosen, Escape does not. */
  function StarInput(props) {
    const given = own.use(() => own.stars(props.movie));
    const [draft, setDraft] = React.useState(null);
    const [hover, setHover] = React.useState(null);
    const pending = React.useRef(null);
    const pause = React.useRef(null);

    function choose(value) {
      pending.current = value;
      setDraft(value);
      window.clearTimeout(pause.current);
      if (value !== null) { pause.current = window.setTimeout(keep, PAUSE_MS); }
    }
    function keep() {
      const value = pending.current;
      choose(null);
      if (value !== null) { own.rate(props.movie, value, props.name); }
    }
    React.useEffect(() => keep, []);

    function onKeyDown(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) { return; }
      if (event.key === "Enter" || event.key === " ") { keep(); }
      else if (event.key === "Escape" && pending.current !== null) { choose(null); }
      else {
        const value = keyed(event.key, pending.current === null ? given : pending.current);
        if (value === null) { return; }
        choose(value);
      }
      event.preventDefault();
    }
    function onClick(event) {
      // The second click of a double click may meet another film that has moved here.
      if (event.detail > 1) { return; }
      const value = starsAt(event.currentTarget, event);
      setHover(null);
      choose(null);
      own.rate(props.movie, value === given && !props.firm ? 0 : value, props.name);
    }

    const now = draft === null ? given : draft;
    const shown = hover === null ? now : hover;
    return h("div", {
      className: "stars stars-input", role: "slider", tabIndex: 0, "data-control": "rate", "data-rate": props.movie,
      "aria-label": `Your rating of ${props.name}`, "aria-valuemin": 0, "aria-valuemax": 5, "aria-valuenow": now,
      "aria-valuetext": now ? `${now} of 5 stars` : "not rated",
      style: { "--value": shown / 5 },
      onKeyDown: onKeyDown, onBlur: keep, onClick: onClick,
      onPointerMove: (event) => {
        if (event.pointerType === "mouse" || event.buttons) { setHover(starsAt(event.currentTarget, event)); }
      },
      onPointerLeave: () => setHover(null)
    });
  }

  /* Whose stars these are is told by their look and by a word. */
  function Stars(props) {
    if (props.rating === null) { return h("span", { className: "stars-none" }, props.none); }
    const number = props.rating.toFixed(1);
    const off = props.spread === null || props.spread === undefined ? "" : props.spread.toFixed(1);
    const label = `${props.label} ${number} of 5 stars${off && `, give or take ${off}`}`;
    return h("span", { className: `stars-row stars-${props.kind}` },
      h("span", { className: "stars", role: "img", "aria-label": label, style: { "--value": props.rating / 5 } }),
      h("span", { className: "stars-number", "aria-hidden": true }, number),
      h("span", { className: "stars-word tabular", "aria-hidden": true }, props.word || props.kind, off && ` ± ${off}`));
  }

  function KeepButton(props) {
    const kept = own.use(() => own.isKept(props.movie));
    const icon = h("span", { className: "icon icon-keep", "aria-hidden": true });
    return h("button", {
      className: props.label ? "keep-button" : "icon-button", type: "button", title: "Keep for later",
      "data-control": "keep", "data-keep": props.movie, "aria-pressed": kept,
      "aria-label": `Keep for later: ${props.name}`, onClick: () => own.keep(props.movie, !kept, props.name)
    }, icon, props.label && h("span", null, "Keep for later"));
  }

  function CrossButton(props) {
    return h("button", {
      className: "icon-button", type: "button", title: props.title, "data-control": props.control,
      "aria-label": props.label, onClick: props.onClick
    }, h("span", { className: "icon icon-hide", "aria-hidden": true }));
  }

  Object.assign(window.cinematch, {
    StarInput: React.memo(StarInput), Stars: React.memo(Stars), KeepButton: React.memo(KeepButton),
    CrossButton: CrossButton
  });
})();
