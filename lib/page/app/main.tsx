// The page's program: shows the view that the address names over the newest index.
import './style/base.css';
import { render } from 'preact';
import { start } from './load.ts';
import { Page } from './page.tsx';
import './style/print.css';

start();
const element = document.getElementById('page');
if (element) {
  element.textContent = '';
  render(<Page />, element);
}
