/* Functions that Mantine components call by name. */
window.dashMantineFunctions = window.dashMantineFunctions || {};
window.dashMantineFunctions.keepAll = function (input) { return input.options; };
window.dashMantineFunctions.times = function (value) { return "×" + value; };
