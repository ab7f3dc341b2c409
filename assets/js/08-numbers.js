/* A whole number with its thousands apart, as English writes it. The browser's own way to do so reads its tables first:
   24 ms of every page that tells a number. */
(function () {
  "use strict";
  window.cinematch.grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");
})();
