/* Components of our own, written for the React that Dash brings along: what is read here is what runs, nothing is
   built. dashboard/components holds their Python halves. Dash watches every component that it mounts at every change
   anywhere; below these, elements are React's alone. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;

  function element(node, key, slots) {
    if (node === null || node === undefined || typeof node !== "object") { return node; }
    if (Array.isArray(node)) { return node.map((child, place) => element(child, place, slots)); }
    if (node.slot !== undefined) { return h(React.Fragment, { key: key }, slots[node.slot]); }
    const { children, ...props } = node.props;
    const below = children === undefined ? [] : Array.isArray(children) ? children : [children];
    if (node.type === "Details") { return h(Fold, { key: key, below: below, slots: slots, props: props }); }
    const type = node.namespace === "cinematch" ? window.cinematch[node.type] : node.type.toLowerCase();
    return h(type, { key: key, ...props }, ...below.map((child) => element(child, undefined, slots)));
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

  /* Whether a callback is filling a component in, as Dash's own components show it. */
  function useWaiting() {
    const waiting = window.dash_component_api.useDashContext().useLoading();
    return waiting ? { "data-dash-is-loading": "true" } : {};
  }

  window.cinematch = {
    element: element,
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
