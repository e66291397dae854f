/** Seconds until a video's frames are done, or null when nobody can tell. */
export function secondsLeft({ done, total, perSecond }) {
  return total !== null && perSecond > 0 && done < total ? (total - done) / perSecond : null;
}

/**
 * Seconds until a job is over, or null. Videos that nobody has opened yet are taken to be as long as the opened ones are on average.
 * @param {object} job as the API tells it
 */
export function jobSecondsLeft(job) {
  const { progress, byState } = job;
  if (!progress || !progress.total || progress.perSecond <= 0) return null;
  const of = state => byState[state] ?? 0;
  const opened = of('running') + of('completed') || 1;
  const unopened = Math.max(0, of('waiting'));
  const left = progress.total - progress.done + unopened * (progress.total / opened);
  return left > 0 ? left / progress.perSecond : null;
}
