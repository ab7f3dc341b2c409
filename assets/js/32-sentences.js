/* A part of a sentence that is pressed is taken out of it; the list that follows says the rest anew. */
document.addEventListener("click", function (event) {
  var part = event.target.closest("[data-say]");
  if (!part) { return; }
  var field = document.getElementById(part.dataset.field);
  window.dash_clientside.set_props(part.dataset.field, { value: part.dataset.say });
  if (field) { field.focus(); }
});
window.dash_clientside = window.dash_clientside || {};
window.dash_clientside.cinematch = Object.assign(window.dash_clientside.cinematch || {}, {
  /* The films of a list -> those to pass over, for as long as the same is asked. */
  others: function (clicks, address, list, passed) {
    if (!clicks || !list || !list.films.length) { return window.dash_clientside.no_update; }
    var before = passed && passed.address === address ? passed.movies : [];
    return { address: address, movies: before.concat(list.films.map(function (film) { return film.movie; })) };
  }
});
