import { setOnline } from './banner.js';

const longestPause = 30_000;

/**
 * Does something again and again until the signal ends it: at once, then after the pause that `work` returns (milliseconds; null ends it).
 * While the page is hidden it rests. Failures that may pass are told in the banner and tried again, ever more patiently; others end it.
 * @param {(signal: AbortSignal) => Promise<number|null>} work
 * @param {AbortSignal} signal
 * @param {(failure: Error) => void} failed is told of failures that end it
 * @returns {() => void} wakes it up now
 */
export function poll(work, signal, failed) {
  let wake = () => {};
  let isWoken = false;
  run();
  return () => {
    isWoken = true;
    wake();
  };

  async function run() {
    let failures = 0;
    while (!signal.aborted) {
      let pause;
      isWoken = false;
      try {
        pause = await work(signal);
        failures = 0;
        setOnline(true);
      } catch (failure) {
        if (signal.aborted) return;
        if (!failure.isPassing) return failed(failure);
        setOnline(false, failure.message);
        pause = Math.min(1000 * 2 ** failures++, longestPause);
      }
      if (pause === null) return;
      if (!isWoken) await rest(pause);
      await visible();
    }
  }

  function rest(pause) {
    return new Promise(resolve => {
      const timer = setTimeout(done, pause);
      signal.addEventListener('abort', done, { once: true });
      wake = done;
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        wake = () => {};
        resolve();
      }
    });
  }

  function visible() {
    if (!document.hidden || signal.aborted) return undefined;
    return new Promise(resolve => {
      const seen = new AbortController();
      const look = () => {
        if (document.hidden && !signal.aborted) return;
        seen.abort();
        resolve();
      };
      document.addEventListener('visibilitychange', look, { signal: seen.signal });
      signal.addEventListener('abort', look, { signal: seen.signal });
    });
  }
}
