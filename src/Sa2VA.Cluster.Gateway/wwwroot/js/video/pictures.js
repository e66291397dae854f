import { address, request } from '../api.js';

const mostKept = 48;

/** Frames of a video as pictures, the latest ones kept. */
export class Pictures {
  #video;
  #kept = new Map();

  constructor(video, signal) {
    this.#video = video;
    signal.addEventListener('abort', () => {
      for (const picture of this.#kept.values()) picture.then(one => one.close(), () => {});
      this.#kept.clear();
    });
  }

  /** A frame by its number in the file. Fails as the API does, with 404 where the gateway has no pixels of the video. */
  get(frame) {
    const known = this.#kept.get(frame);
    this.#kept.delete(frame);
    const picture = known ?? this.#load(frame);
    this.#kept.set(frame, picture);
    for (const [oldest, one] of this.#kept) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(oldest);
      one.then(bitmap => bitmap.close(), () => {});
    }
    return picture;
  }

  async #load(frame) {
    try {
      const response = await request(address('videos', this.#video, 'frames', `${frame}.jpg`));
      return await createImageBitmap(await response.blob());
    } catch (failure) {
      this.#kept.delete(frame);
      throw failure;
    }
  }
}
