/* What is kept in this browser as JSON, by name. A browser may keep nothing, or hold what nobody can read. */
(function () {
  "use strict";
  window.cinematchStorage = {
    /* What was kept; null where there is nothing, or nothing that can be read. */
    read: function (name) {
      try { return JSON.parse(window.localStorage.getItem(name)); } catch (error) {
        window.console.warn(`What this browser keeps as ${name} could not be read:`, error);
        return null;
      }
    },
    /* Whether it is kept now. */
    write: function (name, value) {
      try { window.localStorage.setItem(name, JSON.stringify(value)); } catch (error) {
        window.console.warn(`This browser does not keep ${name}:`, error);
        return false;
      }
      return true;
    }
  };
})();
