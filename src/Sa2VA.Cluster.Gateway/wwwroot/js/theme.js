// Runs before the first paint, so that a chosen theme does not flash. Without a choice the system's is used.
(() => {
  try {
    const chosen = localStorage.getItem('sa2va.theme');
    if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
  } catch {
    // No storage: the system's theme it is.
  }
})();
