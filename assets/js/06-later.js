/* What is made later than the page around it. Dash knows of it all the same, so that callbacks have its values. */
(function () {
  "use strict";
  const React = window.React;
  const h = React.createElement;
  const { Fresh } = window.cinematch;
  const NEAR = "300px";

  /* Call once the element is in sight, or nearly; returns what ends the wait. */
  function whenNear(element, call) {
    const watch = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) { return; }
      watch.disconnect();
      call();
    }, { rootMargin: NEAR });
    watch.observe(element);
    return () => watch.disconnect();
  }

  /* In a task of its own, after the frame around it. Not as a transition of React: what the page's callbacks say while
     it is drawn in slices begins the drawing anew, again and again; a film's page took six seconds. */
  function AfterFrame(props) {
    const [begun, begin] = React.useState(false);
    React.useEffect(() => { begin(true); }, []);
    return begun ? h(Fresh, null, props.children) : null;
  }

  /* As soon as somebody can see it; for paper what can be made at once, since printing waits for nothing. */
  function Near(props) {
    const [met, meet] = React.useState(false);
    const ref = React.useRef(null);
    React.useEffect(() => {
      if (met) { return undefined; }
      const print = () => window.ReactDOM.flushSync(() => meet(true));
      window.addEventListener("beforeprint", print);
      const stop = whenNear(ref.current, () => meet(true));
      return () => { stop(); window.removeEventListener("beforeprint", print); };
    }, [met]);
    return met ? h(Fresh, null, props.children) : h("div", { ref: ref, className: "not-yet" });
  }

  /* When it is first shown: callbacks show and hide it by its style. */
  function Panel({ id, className, style, children }) {
    const met = React.useRef(false);
    met.current = met.current || !style || style.display !== "none";
    return h("div", { id: id, className: className, style: style }, met.current && h(Fresh, null, children));
  }

  Object.assign(window.cinematch, { AfterFrame: AfterFrame, Near: Near, Panel: Panel, whenNear: whenNear });
})();
