/* Some thousand films on a canvas: moved and zoomed without asking anybody, found by title, opened by click or Enter.
   Drawn in two dimensions: WebGL would need a policy that lets scripts be made of text. */
(function () {
  "use strict";
  var PALETTE = ["#c08c12", "#4d8fac", "#b5594a", "#6f9a58", "#8d75b8", "#c27a3d", "#4fa08f", "#c76f9b", "#7d8a2e",
    "#5b6fb5", "#a3672f", "#3f9c6d"];
  var OTHER = "#9a8f7c", SPAN = 10000, NEAR = 12, MOST_FOUND = 12;
  var map = null;

  function element(id) { return document.getElementById(id); }

  function make(tag, text, attributes) {
    var node = document.createElement(tag);
    if (text) { node.textContent = text; }
    Object.keys(attributes || {}).forEach(function (name) { node.setAttribute(name, attributes[name]); });
    return node;
  }

  /* What a film counts as under a colouring, or null where it counts as nothing. */
  function kind(data, colour, at) {
    if (colour === "genre") { return data.genres[at] || null; }
    return data.years[at] ? Math.floor(data.years[at] / 10) * 10 + "s" : null;
  }

  function paint(data, colour, matches) {
    var colours = new Array(data.ids.length), legend = [];
    if (colour === "match") {
      data.ids.forEach(function (id, at) {
        var share = matches ? matches[id] : undefined;
        colours[at] = share === undefined ? null : "hsl(42 " + Math.round(25 + 60 * share) + "% " + Math.round(78 - 40 * share) + "%)";
      });
      legend = [["hsl(42 85% 38%)", "a match"], ["hsl(42 40% 68%)", "less so"], [OTHER, "not among your 500 best"]];
      return { colours: colours, legend: legend };
    }
    var counts = {};
    data.ids.forEach(function (_, at) { var one = kind(data, colour, at); if (one) { counts[one] = (counts[one] || 0) + 1; } });
    var names = Object.keys(counts).sort(function (a, b) { return counts[b] - counts[a]; }).slice(0, PALETTE.length);
    if (colour === "decade") { names.sort(); }
    names.forEach(function (name, at) { legend.push([PALETTE[at], name]); });
    if (Object.keys(counts).length > names.length) { legend.push([OTHER, "others"]); }
    data.ids.forEach(function (_, at) {
      var place = names.indexOf(kind(data, colour, at));
      colours[at] = place < 0 ? null : PALETTE[place];
    });
    return { colours: colours, legend: legend };
  }

  function folded(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }

  function search(data, text) {
    var words = folded(text || "").split(/\s+/).filter(Boolean);
    if (!words.length) { return []; }
    var found = [];
    map.folded.forEach(function (title, at) {
      if (words.every(function (word) { return title.indexOf(word) >= 0; })) { found.push(at); }
    });
    return found.sort(function (a, b) { return data.ratings[b] - data.ratings[a]; });
  }

  /* From the map to the canvas, both from the middle. */
  function place(at) {
    var size = Math.min(map.width, map.height) * 0.94 / SPAN * map.zoom;
    return [map.width / 2 + (map.data.x[at] - map.x) * size, map.height / 2 + (map.data.y[at] - map.y) * size];
  }

  function draw() {
    map.waiting = false;
    var canvas = map.canvas;
    if (!canvas.isConnected) { return; }
    var pen = canvas.getContext("2d"), ratio = window.devicePixelRatio || 1;
    map.width = canvas.clientWidth; map.height = canvas.clientHeight;
    if (canvas.width !== Math.round(map.width * ratio)) { canvas.width = Math.round(map.width * ratio); }
    if (canvas.height !== Math.round(map.height * ratio)) { canvas.height = Math.round(map.height * ratio); }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, map.width, map.height);
    var ink = getComputedStyle(canvas).color, marked = {};
    map.found.forEach(function (at) { marked[at] = true; });
    /* One path a colour: filling is what costs. */
    var byColour = {};
    for (var at = 0; at < map.data.ids.length; at += 1) {
      var spot = place(at);
      if (spot[0] < -9 || spot[1] < -9 || spot[0] > map.width + 9 || spot[1] > map.height + 9) { continue; }
      var colour = map.colours[at] || OTHER;
      (byColour[colour] = byColour[colour] || []).push(spot, map.sizes[at]);
    }
    Object.keys(byColour).forEach(function (colour) {
      var spots = byColour[colour];
      pen.fillStyle = colour;
      pen.globalAlpha = map.found.length ? 0.25 : colour === OTHER ? 0.45 : 0.85;
      pen.beginPath();
      for (var one = 0; one < spots.length; one += 2) {
        var size = spots[one + 1] * Math.sqrt(map.zoom);
        pen.rect(spots[one][0] - size / 2, spots[one][1] - size / 2, size, size);
      }
      pen.fill();
    });
    pen.globalAlpha = 1;
    pen.fillStyle = ink; pen.strokeStyle = ink;
    pen.font = "12px sans-serif";
    map.found.slice(0, 200).forEach(function (at) {
      var spot = place(at);
      pen.beginPath(); pen.arc(spot[0], spot[1], 5, 0, 7); pen.fillStyle = map.colours[at] || OTHER; pen.fill(); pen.stroke();
    });
    if (map.near !== null) {
      var near = place(map.near);
      pen.beginPath(); pen.arc(near[0], near[1], 7, 0, 7); pen.lineWidth = 2; pen.stroke(); pen.lineWidth = 1;
      var words = map.data.titles[map.near];
      var width = pen.measureText(words).width;
      pen.fillStyle = getComputedStyle(canvas).backgroundColor;
      var left = Math.min(Math.max(near[0] - width / 2, 4), map.width - width - 8);
      pen.fillRect(left - 4, near[1] - 28, width + 8, 18);
      pen.fillStyle = ink; pen.fillText(words, left, near[1] - 15);
    }
  }

  function redraw() {
    if (!map.waiting) { map.waiting = true; window.requestAnimationFrame(draw); }
  }

  function nearest(x, y, within) {
    var best = null, least = within * within;
    for (var at = 0; at < map.data.ids.length; at += 1) {
      var spot = place(at), far = (spot[0] - x) * (spot[0] - x) + (spot[1] - y) * (spot[1] - y);
      if (far < least) { least = far; best = at; }
    }
    return best;
  }

  function move(dx, dy) {
    var size = Math.min(map.width, map.height) * 0.94 / SPAN * map.zoom;
    map.x = Math.min(Math.max(map.x - dx / size, 0), SPAN);
    map.y = Math.min(Math.max(map.y - dy / size, 0), SPAN);
    redraw();
  }

  function zoom(factor) { map.zoom = Math.min(Math.max(map.zoom * factor, 1), 60); redraw(); }

  function whole() { map.zoom = 1; map.x = map.y = SPAN / 2; redraw(); }

  function open(at) {
    if (at === null) { return; }
    window.history.pushState({}, "", map.data.page + map.data.ids[at]);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  function listen(canvas) {
    var held = null, dragged = false;
    canvas.addEventListener("pointerdown", function (event) {
      held = [event.clientX, event.clientY]; dragged = false; canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", function (event) {
      if (held) {
        var dx = event.clientX - held[0], dy = event.clientY - held[1];
        if (dragged || Math.abs(dx) + Math.abs(dy) > 4) { dragged = true; held = [event.clientX, event.clientY]; move(dx, dy); }
        return;
      }
      var box = canvas.getBoundingClientRect();
      map.near = nearest(event.clientX - box.left, event.clientY - box.top, NEAR);
      canvas.style.cursor = map.near === null ? "grab" : "pointer";
      redraw();
    });
    canvas.addEventListener("pointerup", function (event) {
      held = null;
      if (dragged) { return; }
      var box = canvas.getBoundingClientRect();
      open(nearest(event.clientX - box.left, event.clientY - box.top, NEAR));
    });
    canvas.addEventListener("pointerleave", function () { map.near = null; redraw(); });
    canvas.addEventListener("wheel", function (event) {
      if (!event.ctrlKey && !event.metaKey) { return; } /* the page must scroll past */
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2);
    }, { passive: false });
    canvas.addEventListener("keydown", function (event) {
      var steps = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };
      if (steps[event.key]) { move(steps[event.key][0], steps[event.key][1]); }
      else if (event.key === "+" || event.key === "=") { zoom(1.4); }
      else if (event.key === "-") { zoom(1 / 1.4); }
      else if (event.key === "0") { whole(); }
      else if (event.key === "Enter") { open(nearest(map.width / 2, map.height / 2, 1e9)); return; }
      else { return; }
      event.preventDefault();
      map.near = nearest(map.width / 2, map.height / 2, 1e9);
      redraw();
    });
    new ResizeObserver(redraw).observe(canvas);
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-map]");
    if (!button || !map) { return; }
    if (button.dataset.map === "whole") { whole(); } else { zoom(button.dataset.map === "in" ? 1.5 : 1 / 1.5); }
  });

  function tell(legend) {
    var box = element("map-legend");
    if (!box) { return; }
    box.replaceChildren.apply(box, legend.map(function (entry) {
      var one = make("span", entry[1]), spot = make("i");
      spot.style.background = entry[0];
      one.prepend(spot);
      return one;
    }));
  }

  function list(data, text, found) {
    var box = element("map-found");
    if (!box) { return; }
    if (!text) { box.replaceChildren(); return; }
    var told = found.length ? found.length + " films on the map" : "No film on the map has this title.";
    var links = found.slice(0, MOST_FOUND).map(function (at) {
      return make("a", data.titles[at], { href: data.page + data.ids[at], "class": "text-link", "data-nav": "1" });
    });
    box.replaceChildren.apply(box, [make("p", told, { "class": "note" })].concat(links));
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.cinematch = Object.assign(window.dash_clientside.cinematch || {}, {
    film_map: function (data, colour, matches, text) {
      var canvas = element("map-canvas");
      if (!data || !canvas) { return window.dash_clientside.no_update; }
      if (!map || map.canvas !== canvas || map.data.ids !== data.ids) {
        map = { canvas: canvas, data: data, zoom: 1, x: SPAN / 2, y: SPAN / 2, near: null, found: [], waiting: false,
          folded: data.titles.map(folded),
          sizes: data.ratings.map(function (count) { return 2 + Math.min(Math.log2(count + 1) * 0.35, 4); }) };
        if (!canvas.dataset.listens) { canvas.dataset.listens = "1"; listen(canvas); }
      }
      var painted = paint(data, colour, matches);
      map.colours = painted.colours;
      map.found = search(data, text);
      if (map.found.length === 1) { map.x = data.x[map.found[0]]; map.y = data.y[map.found[0]]; }
      tell(painted.legend);
      list(data, (text || "").trim(), map.found);
      redraw();
      return window.dash_clientside.no_update;
    }
  });
})();
