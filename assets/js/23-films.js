/* What is known of films on this page, by id: lists tell of theirs, the rest is asked for in one request. */
(function () {
  "use strict";
  const React = window.React;
  const MOST_ASKED = 60;
  const films = new Map();
  const wanted = new Set();
  const listeners = new Set();
  const absent = new Set();
  let known = 0;
  let asking = false;
  let ask = null;

  function tell(told) {
    const before = films.size + absent.size;
    told.forEach((film) => {
      wanted.delete(film.movie);
      if (film.absent) { absent.add(film.movie); } else { films.set(film.movie, film); }
    });
    if (films.size + absent.size === before) { return; }
    known += 1;
    listeners.forEach((listener) => listener());
  }

  function send() {
    asking = false;
    if (ask && wanted.size) { ask([...wanted].slice(0, MOST_ASKED)); }
  }

  function want(movies) {
    movies.forEach((movie) => { if (!films.has(movie) && !absent.has(movie)) { wanted.add(movie); } });
    if (wanted.size && !asking) { asking = true; window.queueMicrotask(send); }
  }

  function subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  Object.assign(window.cinematch, {
    films: films,
    /* The films of these ids, without those that the data set does not hold; what is not known yet has its id alone
       and is asked for. */
    useFilms: function (movies) {
      React.useSyncExternalStore(subscribe, () => known);
      const key = movies.join();
      React.useEffect(() => { want(movies); }, [key]);
      return movies.filter((movie) => !absent.has(movie)).map((movie) => films.get(movie) || { movie: movie });
    },
    tellFilms: tell,
    /* The way to the server: `wanted` goes there, `films` comes back. */
    Films: function (props) {
      React.useEffect(() => {
        ask = (movies) => props.setProps({ wanted: movies });
        send();
        return () => { ask = null; };
      }, []);
      React.useEffect(() => { if (props.films) { tell(props.films); } }, [props.films]);
      return null;
    }
  });
})();
