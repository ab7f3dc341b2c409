/* Every chart as a file: its data as CSV, itself as PNG and SVG. Saved charts are dark on white, whatever the page is. */
(function () {
  "use strict";

  function save(name, address) {
    var link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  }

  function title(axis, otherwise) {
    return axis && axis.title && axis.title.text ? axis.title.text : otherwise;
  }

  function cell(value) {
    if (value === null || value === undefined) { return ""; }
    var text = String(value);
    /* A spreadsheet would take these for a formula. */
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) { text = "'" + text; }
    return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function bounds(values, bars, at) {
    if (!bars || !bars.array) { return []; }
    var value = values[at];
    return [value - (bars.arrayminus || bars.array)[at], value + bars.array[at]];
  }

  /* Plotly keeps long numbers in typed arrays, and may have them as {dtype, bdata} before it drew: here it has drawn. */
  function list(values) { return values ? Array.prototype.slice.call(values) : []; }

  function rows(chart) {
    var layout = chart.layout, x = title(layout.xaxis, "x"), y = title(layout.yaxis, "y");
    if (x === y) { y += " (2)"; }
    var found = [];
    chart.data.forEach(function (trace) {
      var series = trace.name || "";
      if (trace.type === "heatmap") {
        list(trace.z).forEach(function (line, row) {
          list(line).forEach(function (value, column) {
            found.push([series, trace.x[column], trace.y[row], value]);
          });
        });
        return;
      }
      var xs = list(trace.x), ys = list(trace.y);
      var labels = list(trace.text);
      xs.forEach(function (value, at) {
        found.push([labels.length ? String(labels[at]).trim() : series, value, ys[at]]
          .concat(bounds(xs, trace.error_x, at), bounds(ys, trace.error_y, at)));
      });
    });
    var heads = ["series", x, y];
    if (chart.data.some(function (trace) { return trace.type === "heatmap"; })) { heads.push("value"); }
    chart.data.forEach(function (trace) {
      [["error_x", x], ["error_y", y]].forEach(function (pair) {
        if (trace[pair[0]] && trace[pair[0]].array && heads.indexOf(pair[1] + " low") < 0) {
          heads.push(pair[1] + " low", pair[1] + " high");
        }
      });
    });
    return [heads].concat(found);
  }

  function csv(chart) {
    return rows(chart).map(function (row) { return row.map(cell).join(","); }).join("\r\n") + "\r\n";
  }

  function picture(chart, heading, format) {
    var layout = Object.assign({}, chart.layout, {
      paper_bgcolor: "#ffffff", plot_bgcolor: "#ffffff",
      font: Object.assign({}, chart.layout.font, { color: "#1d1b17" }),
      title: { text: heading, x: 0, xref: "paper", font: { size: 16 } },
      margin: Object.assign({}, chart.layout.margin, { t: 56 })
    });
    return window.Plotly.toImage({ data: chart.data, layout: layout }, {
      format: format, width: Math.max(chart.clientWidth, 640), height: chart.clientHeight + 44, scale: 2
    });
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-save]");
    if (!button) { return; }
    var figure = button.closest("figure");
    var chart = figure && figure.querySelector(".js-plotly-plot");
    if (!chart || !window.Plotly) { return; }
    var heading = figure.querySelector("h3").textContent;
    var name = heading.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") + "." + button.dataset.save;
    if (button.dataset.save === "csv") {
      var address = URL.createObjectURL(new Blob(["\ufeff" + csv(chart)], { type: "text/csv" }));
      save(name, address);
      window.setTimeout(function () { URL.revokeObjectURL(address); }, 10000);
      return;
    }
    picture(chart, heading, button.dataset.save).then(function (address) { save(name, address); });
  });
})();
