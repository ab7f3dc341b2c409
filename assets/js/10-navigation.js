/* Links inside the application change the page without loading it anew; the address bar holds the state that matters. */
(function () {
  "use strict";
  var own = null; // the address that a page wrote itself: nothing to render

  var heard = null; // where the page that is shown, or on its way, belongs
  var arrived = false; // whether there was a route yet: the first page comes with the layout
  var touched = false; // whether the person has done anything on this page yet
  var explained = false; // whether the explanation is open

  function go(address) {
    if (explained) { window.dash_clientside.set_props("why-drawer", { opened: false }); }
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

  window.cinematchGo = go;

  ["pointerdown", "keydown"].forEach(function (kind) {
    document.addEventListener(kind, function () { touched = true; }, true);
  });

  /* Past the controls, to the first film. */
  document.addEventListener("click", function (event) {
    var skip = event.target.closest("[data-skip]");
    var films = skip ? document.querySelectorAll("#page .card-grid:not(.waiting) .card-title, #page .shelf .card-title, #page .movie-row .row-title, #page .together .row-title") : [];
    var film = Array.prototype.find.call(films, function (title) { return title.offsetParent; });
    if (skip) { event.preventDefault(); (film || document.getElementById("main")).focus(); }
  });

  /* Turning a page or a tab is a step that Back takes back; moving a filter is not. */
  function isStep(before, after) {
    var then = new URLSearchParams(before), now = new URLSearchParams(after);
    return ["page", "tab"].some(function (name) { return then.get(name) !== now.get(name); });
  }

  window.addEventListener("popstate", function () {
    if (explained && !(window.history.state || {}).explained) {
      window.dash_clientside.set_props("why-drawer", { opened: false });
    }
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
    route: function (pathname, search, shown) {
      markCurrent(pathname);
      var address = pathname + (search || "");
      var brought = !arrived && shown && shown.pathname + shown.search === address;
      arrived = true;
      heard = address;
      if (address === own || brought) { return [window.dash_clientside.no_update, false]; }
      own = null;
      touched = false;
      return [{ pathname: pathname, search: search || "" }, false];
    },
    /* An open explanation is an entry of the history of its own: Back closes it. */
    drawer: function (opened) {
      var state = window.history.state || {};
      explained = Boolean(opened);
      if (explained && !state.explained) { window.history.pushState(Object.assign({}, state, { explained: true }), ""); }
      else if (!explained && state.explained) { window.history.back(); }
      return window.dash_clientside.no_update;
    },
    /* The state of a page -> its address; a new entry in the history only where Back should come here. */
    write_address: function (address) {
      if (!address || address.split("?")[0] !== window.location.pathname) { return window.dash_clientside.no_update; }
      var whole = address + window.cinematchFriends.fragment(address);
      var loc = window.location;
      // Back or Forward was pressed and nobody has heard it yet: the page that says this is about to go.
      if (heard !== null && heard !== loc.pathname + loc.search) { return window.dash_clientside.no_update; }
      if (whole !== loc.pathname + loc.search + loc.hash) {
        own = address;
        if (touched && isStep(window.location.search, "?" + (address.split("?")[1] || ""))) {
          window.history.pushState({}, "", whole);
        } else { window.history.replaceState(window.history.state, "", whole); }
        heard = loc.pathname + loc.search;
        window.dash_clientside.set_props("url", { search: loc.search, hash: loc.hash, href: loc.href });
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
