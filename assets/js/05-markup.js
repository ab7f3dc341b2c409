/* Components of our own, written for the React that Dash brings along: what is read here is what runs, nothing is
   built. dashboard/components holds their Python halves. Dash watches every component that it mounts at every change
   anywhere; below these, elements are React's alone. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;

  function element(node, key) {
    if (node === null || node === undefined || typeof node !== "object") { return node; }
    if (Array.isArray(node)) { return node.map(element); }
    const { children, ...props } = node.props;
    const type = node.namespace === "cinematch" ? window.cinematch[node.type] : node.type.toLowerCase();
    const below = children === undefined ? [] : Array.isArray(children) ? children : [children];
    return h(type, { key: key, ...props }, ...below.map((child) => element(child)));
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
    }
  };
})();
