import { h, setText } from '../dom.js';
import { keyedList } from '../keyed.js';

/** What the model said about the video in words: the caption, and questions with their answers. Hidden where nothing was asked. */
export function sayings() {
  const list = h('ul', { class: 'sayings' });
  const node = h('section', { class: 'stack', 'aria-labelledby': 'sayings-title', hidden: true }, h('h2', { id: 'sayings-title' }, 'In words'), list);
  const update = keyedList(list, one => `${one.target}`, sayingRow);
  return {
    node,
    update({ questions, caption }) {
      const all = [...caption ? [{ ...caption, question: 'Caption', answer: caption.text }] : [], ...questions];
      node.hidden = all.length === 0;
      update(all);
    },
  };
}

function sayingRow() {
  const question = h('p', { class: 'object-name' });
  const answer = h('p', { class: 'answer' });
  return {
    node: h('li', {}, question, answer),
    update(now) {
      setText(question, now.question);
      answer.classList.toggle('problem', Boolean(now.failure));
      setText(answer, now.failure ?? (now.answer === null ? 'Not answered yet.' : `${now.answer}${now.complete ? '' : ' … (cut off)'}`));
    },
  };
}
