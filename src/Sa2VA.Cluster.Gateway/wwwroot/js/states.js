/** States of videos in the order in which bars and legends show them, with what people call them. */
export const states = [
  ['completed', 'Completed'], ['running', 'Running'], ['waiting', 'Waiting'], ['paused', 'Held'], ['failed', 'Failed'], ['dead', 'Given up'], ['cancelled', 'Cancelled'],
];

export const nameOf = state => states.find(([name]) => name === state)?.[1] ?? state;

export const isOver = state => state === 'completed' || state === 'failed' || state === 'cancelled' || state === 'dead';

const of = (job, ...names) => names.reduce((sum, name) => sum + (job.byState[name] ?? 0), 0);

export const finished = job => of(job, 'completed', 'failed', 'cancelled', 'dead');

export const unfinished = job => of(job, 'waiting', 'running', 'paused');

export const broken = job => of(job, 'failed', 'dead');

/** What a job is, in one word: [state, its name]. */
export function stateOf(job) {
  if (unfinished(job) > 0) {
    if (job.isHeld) return of(job, 'running') > 0 ? ['paused', 'Being held'] : ['paused', 'Held'];
    if (of(job, 'running') > 0) return ['running', 'Running'];
    return of(job, 'waiting') > 0 ? ['waiting', 'Waiting'] : ['paused', 'Held'];
  }
  if (broken(job) > 0) return ['failed', of(job, 'completed') > 0 ? 'Partly failed' : 'Failed'];
  return of(job, 'completed') > 0 ? ['completed', 'Completed'] : ['cancelled', 'Cancelled'];
}

const stages = {
  waiting: 'in the queue', probing: 'opening the file', loadingModel: 'loading the model', grounding: 'reading the sentences', prompting: 'placing the objects',
  tracking: 'tracking', finishing: 'finishing', paused: 'held', completed: 'completed', failed: 'failed', cancelled: 'cancelled',
};

/** What a node does with a video, in words. */
export const stageName = stage => stages[stage] ?? stage ?? '';
