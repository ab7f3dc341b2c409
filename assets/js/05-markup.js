/* Components of our own, written for the React that Dash brings along: what is read here is what runs, nothing is
   built. dashboard/components holds their Python halves. Dash watches every component that it mounts at every change
   anywhere; below these, elements are React's alone. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;
  const WONDER_MS = 300;

  function element(node, key, slots) {
    if (node === null || node === undefined || typeof node !== "object") { return node; }
    if (Array.isArray(node)) { return node.map((child, place) => element(child, place, slots)); }
    if (node.slot !== undefined) { return h(Fresh, { key: key }, slots[node.slot]); }
    const { children, ...props } = node.props;
    const below = children === undefined ? [] : Array.isArray(children) ? children : [children];
    if (node.type === "Details") { return h(Fold, { key: key, below: below, slots: slots, props: props }); }
    const type = node.namespace === "cinematch" ? window.cinematch[node.type] : node.type.toLowerCase();
    return h(type, { key: key, ...props }, ...below.map((child) => element(child, undefined, slots)));
  }

  function asItIsNow(part) {
    if (Array.isArray(part)) { return part.map(asItIsNow); }
    return React.isValidElement(part) ? React.cloneElement(part, { _newRender: 0 }) : part;
  }

  /* What Dash mounts later than it made it: as callbacks have left it by now, not as it was made. What Dash makes anew
     after that is taken as it comes. */
  function Fresh({ children }) {
    const made = React.useRef(null);
    if (made.current === null) {
      made.current = { of: children, now: asItIsNow(children) };
    }
    return made.current.of === children ? made.current.now : children;
  }

  /* What is folded away is not made before somebody opens it; Dash knows of its components all the same. */
  function Fold({ below, slots, props }) {
    const [seen, setSeen] = React.useState(Boolean(props.open));
    const ref = React.useRef(null);
    React.useEffect(() => {
      if (seen) { ref.current.dispatchEvent(new CustomEvent("cinematch:unfolded", { bubbles: true })); }
    }, [seen]);
    const shown = seen ? below : below.slice(0, 1);
    return h("details", { ...props, ref: ref, onToggle: (event) => { if (event.currentTarget.open) { setSeen(true); } } },
      ...shown.map((child) => element(child, undefined, slots)));
  }

  /* Whether a callback is filling a component in. It is marked as Dash's own components are, which fades it, when that
     takes so long that somebody wonders: fading costs two paintings of a list. */
  function useWaiting() {
    const waiting = window.dash_component_api.useDashContext().useLoading();
    const [long, setLong] = React.useState(false);
    React.useEffect(() => {
      if (!waiting) { setLong(false); return undefined; }
      const later = window.setTimeout(() => setLong(true), WONDER_MS);
      return () => window.clearTimeout(later);
    }, [waiting]);
    if (!waiting) { return {}; }
    return long ? { "data-dash-is-loading": "true" } : { "data-waiting": "true" };
  }

  window.cinematch = {
    element: element,
    Fresh: Fresh,
    useWaiting: useWaiting,
    /* A tree of HTML that callbacks replace as a whole. */
    Markup: function (props) {
      const shown = React.useMemo(() => element(props.tree), [props.tree]);
      return h("div", { id: props.id, className: props.className, ...useWaiting() }, shown);
    },
    /* HTML around components that Dash mounts: `tree` names their places. */
    Frame: function (props) {
      const slots = Array.isArray(props.children) ? props.children : [props.children];
      return h(React.Fragment, null, element(props.tree, undefined, slots));
    }
  };
})();
