import { address, request } from '../api.js';
import { h, icon, setText } from '../dom.js';
import { bytes } from '../format.js';
import { complain, say } from '../ui/toast.js';

const formats = [
  ['coco', 'COCO', 'instances.json, run lengths'], ['davis', 'DAVIS', 'palette PNG per frame'], ['ref-youtube-vos', 'Ref-YouTube-VOS', 'PNG per sentence'], ['mevis', 'MeViS', 'PNG per sentence'],
  ['cvat', 'CVAT', 'annotations.xml'], ['csv', 'CSV', 'boxes and scores'], ['mask-video', 'Mask video', 'FFV1, lossless'], ['overlay', 'Overlay', 'mp4 with tinted masks'], ['cutouts', 'Cut-outs', 'transparent PNG'],
];

/**
 * The masks of a video in other tools' formats. The key is shown in a header, so the answer is fetched here and then handed to the browser to save.
 * @param {string} video
 * @param {string} job
 */
export function downloads(video, job) {
  const progress = h('p', { class: 'numbers', role: 'status' });
  const note = h('p', { class: 'hint' }, 'There is something to take home when the video is completed.');
  const buttons = formats.map(([format, name, what]) => h('li', {}, h('button', { class: 'button download', type: 'button', data: { format }, onclick: event => save(format, event.currentTarget) },
    icon('download'), h('span', {}, h('strong', {}, name), h('span', { class: 'muted' }, what)))));
  const list = h('ul', { class: 'downloads', hidden: true }, ...buttons);
  const node = h('section', { class: 'card stack', 'aria-labelledby': 'home-title' }, h('h2', { id: 'home-title' }, 'Take it home'), note, list, progress);
  return {
    node,
    update(state) {
      const isReady = state.state === 'completed';
      list.hidden = !isReady;
      note.hidden = isReady;
    },
  };

  async function save(format, button) {
    button.disabled = true;
    try {
      const url = address('jobs', job, 'exports', format);
      url.searchParams.set('video', video);
      const response = await request(url);
      const blob = await collect(response, received => setText(progress, `${format}: ${bytes(received)} so far.`));
      const link = h('a', { href: URL.createObjectURL(blob), download: nameIn(response) ?? `${video}-${format}.zip` });
      link.click();
      // The browser reads it while it saves; a minute is long for that.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      say(`${link.download}, ${bytes(blob.size)}, is yours.`);
    } catch (failure) {
      complain(failure);
    } finally {
      button.disabled = false;
      setText(progress, '');
    }
  }
}

async function collect(response, grown) {
  const parts = [];
  let received = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts, { type: response.headers.get('Content-Type') ?? 'application/zip' });
    parts.push(value);
    grown(received += value.length);
  }
}

function nameIn(response) {
  return response.headers.get('Content-Disposition')?.match(/filename="?([^";]+)"?/)?.[1];
}
