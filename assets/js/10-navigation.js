/* Links inside the application change the page without loading it anew; the address bar holds the state that matters. */
(function () {
  "use strict";
  var own = null; // the address that a page wrote itself: nothing to render

  function go(address) {
    window.history.pushState({}, "", address);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  function plainClick(event) {
    return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  }

  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-nav]");
    if (!link || !plainClick(event)) { return; }
    event.preventDefault();
    go(link.getAttribute("href"));
  });

  document.addEventListener("keydown", function (event) {
    var field = event.target;
    if (event.key !== "Enter" || !field.dataset || !field.dataset.searchPage) { return; }
    var words = field.value.trim();
    go(field.dataset.searchPage + (words ? "?q=" + encodeURIComponent(words) : ""));
    field.blur();
  });

  function markCurrent(pathname) {
    document.querySelectorAll(".nav-link").forEach(function (link) {
      var current = link.getAttribute("href").replace(/\/$/, "") === pathname.replace(/\/$/, "");
      if (current) { link.setAttribute("aria-current", "page"); } else { link.removeAttribute("aria-current"); }
    });
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.cinematch = Object.assign(window.dash_clientside.cinematch || {}, {
    /* Location -> route, unless the page wrote the address itself. Also closes the small-screen navigation. */
    route: function (pathname, search) {
      markCurrent(pathname);
      var address = pathname + (search || "");
      if (address === own) { return [window.dash_clientside.no_update, false]; }
      own = null;
      return [{ pathname: pathname, search: search || "" }, false];
    },
    /* The state of a page -> its address, without a new entry in the history. */
    write_address: function (address) {
      if (!address || address.split("?")[0] !== window.location.pathname) { return window.dash_clientside.no_update; }
      if (address !== window.location.pathname + window.location.search) {
        own = address;
        window.history.replaceState(window.history.state, "", address);
        window.dash_clientside.set_props("url", { search: window.location.search, href: window.location.href });
      }
      return window.dash_clientside.no_update;
    },
    /* A new page: its title, and the focus on its heading for people who cannot see that it changed. */
    title: function (title) {
      if (!title) { return window.dash_clientside.no_update; }
      var first = !document.body.dataset.opened;
      document.body.dataset.opened = "1";
      document.title = title;
      markCurrent(window.location.pathname);
      if (!first) {
        window.requestAnimationFrame(function () {
          var heading = document.querySelector("#page h1");
          if (heading) { heading.setAttribute("tabindex", "-1"); heading.focus({ preventScroll: true }); }
        });
      }
      return window.dash_clientside.no_update;
    },
    burger: function (opened, navbar) {
      return [
        Object.assign({}, navbar, { collapsed: { desktop: true, mobile: !opened } }),
        opened ? "" : "navbar-closed",
        opened ? "Close the navigation" : "Open the navigation"
      ];
    }
  });
})();
