/* A person's ratings as a short text for the fragment of an address, which no browser sends to a server. Form 1:
     1 | mark, 4 bytes | name | data set | count | films | stars | latest | check, 4 bytes
   Name and data set are their length and UTF-8. Count and the differences of the ascending film ids are varints (LEB128),
   stars are half stars, two in a byte. Latest are how many there are and their places among the films, in the order of
   rating: what somebody rates next follows from these; times stay with whoever rated. The check is CRC-32 (ISO 3309) of
   all before it, so that a cut link is known as such. All of it is base64url (RFC 4648). */
(function () {
  "use strict";
  const FORM = 1;
  const MOST_FILMS = 50000;
  const LATEST = 40;
  const CUT = "This link is not whole: a part was lost on the way. Ask for it again, and copy all of it.";
  const NEWER = "This link was made by a newer version of CineMatch. Reload this page; if that does not help, ask for the films as a file.";

  const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) { value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1; }
    return value;
  });

  function check(bytes) {
    let value = 0xffffffff;
    bytes.forEach((byte) => { value = TABLE[(value ^ byte) & 255] ^ (value >>> 8); });
    return (value ^ 0xffffffff) >>> 0;
  }

  function fourBytes(value) { return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]; }

  function varint(value) {
    const bytes = [];
    for (let rest = value; ; rest = Math.floor(rest / 128)) {
      if (rest < 128) { return [...bytes, rest]; }
      bytes.push((rest % 128) | 128);
    }
  }

  function textBytes(text) {
    const bytes = new TextEncoder().encode(text);
    return [...varint(bytes.length), ...bytes];
  }

  /* Takes {mark, name, dataset, ratings: [{movie, rating}]}, the ratings in the order in which they were given. */
  function encode(person) {
    const ratings = person.ratings.slice().sort((one, other) => one.movie - other.movie);
    const halves = ratings.map((entry) => Math.round(entry.rating * 2));
    const bytes = [
      FORM, ...fourBytes(person.mark), ...textBytes(person.name), ...textBytes(person.dataset), ...varint(ratings.length)
    ];
    ratings.forEach((entry, place) => {
      bytes.push(...varint(entry.movie - (place ? ratings[place - 1].movie : 0)));
    });
    for (let place = 0; place < halves.length; place += 2) { bytes.push((halves[place] << 4) | (halves[place + 1] || 0)); }
    const place = new Map(ratings.map((entry, number) => [entry.movie, number]));
    const latest = person.ratings.slice(-LATEST).map((entry) => place.get(entry.movie));
    [latest.length, ...latest].forEach((number) => { bytes.push(...varint(number)); });
    const text = [...bytes, ...fourBytes(check(bytes))].map((byte) => String.fromCharCode(byte)).join("");
    return window.btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }

  /* Reads bytes one after the other; what is not there is a cut link. */
  function reader(bytes) {
    let place = 0;
    function byte() {
      if (place >= bytes.length) { throw new Error(CUT); }
      place += 1;
      return bytes[place - 1];
    }
    function number() {
      let value = 0;
      for (let scale = 1; scale < 2 ** 49; scale *= 128) {
        const next = byte();
        value += (next & 127) * scale;
        if (next < 128) { return value; }
      }
      throw new Error(CUT);
    }
    function text() {
      const length = number();
      if (length > bytes.length - place) { throw new Error(CUT); }
      place += length;
      return new TextDecoder().decode(bytes.subarray(place - length, place));
    }
    return { byte: byte, number: number, text: text, atEnd: () => place === bytes.length };
  }

  function bytesOf(code) {
    try {
      const text = window.atob(code.replaceAll("-", "+").replaceAll("_", "/"));
      return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    } catch (error) {
      throw new Error(CUT);
    }
  }

  /* Returns what `encode` took, films before the latest ones by their ids; what is no whole code is an error with a
     sentence. */
  function decode(code) {
    const all = bytesOf(code);
    const bytes = all.subarray(0, Math.max(0, all.length - 4));
    if (!bytes.length || fourBytes(check(bytes)).some((byte, place) => byte !== all[bytes.length + place])) {
      throw new Error(CUT);
    }
    const read = reader(bytes);
    if (read.byte() !== FORM) { throw new Error(NEWER); }
    const mark = [0, 0, 0, 0].reduce((value) => value * 256 + read.byte(), 0);
    const name = read.text();
    const dataset = read.text();
    const count = read.number();
    if (count > MOST_FILMS) { throw new Error(CUT); }
    const ratings = [];
    let movie = 0;
    for (let place = 0; place < count; place += 1) {
      movie += read.number();
      ratings.push({ movie: movie, rating: 0 });
    }
    for (let place = 0; place < count; place += 2) {
      const pair = read.byte();
      ratings[place].rating = (pair >> 4) / 2;
      if (place + 1 < count) { ratings[place + 1].rating = (pair & 15) / 2; }
    }
    const places = Array.from({ length: Math.min(read.number(), LATEST) }, () => read.number());
    const latest = new Set(places.map((place) => ratings[place]));
    const whole = read.atEnd() && latest.size === places.length && !latest.has(undefined);
    if (!whole || ratings.some((entry) => entry.rating < 0.5 || entry.rating > 5)) { throw new Error(CUT); }
    const before = ratings.filter((entry) => !latest.has(entry));
    return { mark: mark, name: name, dataset: dataset, ratings: [...before, ...latest] };
  }

  window.cinematchProfileCode = { encode: encode, decode: decode };
})();
