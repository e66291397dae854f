import { fill } from './dom.js';
import { key, session } from './session.js';
import { route } from './router.js';
import { showNavigation, showTools } from './ui/shell.js';
import { signIn } from './pages/signIn.js';
import { jobsPage } from './pages/jobs.js';
import { jobPage } from './pages/job.js';
import { clusterPage } from './pages/cluster.js';
import { submitPage } from './pages/submit.js';
import { videoPage } from './pages/video.js';

const main = document.getElementById('main');
let router = null;

document.getElementById('skip').addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});
session.addEventListener('ended', event => askForKey(event.detail));

if (key()) start();
else askForKey('');

function start() {
  showTools(true);
  router ??= route([
    [/^\/jobs$/, jobsPage],
    [/^\/jobs\/([^/]+)$/, jobPage],
    [/^\/videos\/([^/]+)$/, videoPage],
    [/^\/submit$/, submitPage],
    [/^\/cluster$/, clusterPage],
  ], main, showNavigation);
  router.show();
}

function askForKey(reason) {
  router?.close();
  showNavigation(null);
  showTools(false);
  fill(document.getElementById('banner'));
  signIn(main, reason, start);
}
