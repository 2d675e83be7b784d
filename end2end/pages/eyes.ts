// What somebody needs who sees, moves or reads otherwise: narrow windows, large letters, colours of their own, no motion.

import type { Page } from '@playwright/test';
import { expect } from './stage.ts';

/** By how much the page is wider than its window, and what sticks out of it. */
async function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1)
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}`)
      .slice(0, 5);
  });
}

/** Boxes whose text does not fit in them. */
async function clipped(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('main *, header *, footer *')]
      .filter((element) => {
        const { clipPath, display, overflowX } = getComputedStyle(element);
        // What is for ears alone is one pixel wide.
        const isHeard = clipPath !== 'none' || element.clientWidth <= 1;
        const isMeant = isHeard || display === 'inline' || element.closest('svg, select, input, [hidden]') !== null;
        return !isMeant && overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
      })
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}: ${element.textContent?.slice(0, 40)}`)
      .slice(0, 5),
  );
}

/** 320 px wide (WCAG 1.4.10), and a window of 1280 px at 200 %: for a page that measures in rem, letters of twice the size
 * (WCAG 1.4.4) are the same. */
async function fits(page: Page, name: string): Promise<void> {
  const before = page.viewportSize();
  for (const width of [320, 640]) {
    await page.setViewportSize({ width, height: 400 });
    expect(await sideways(page), `${name} at ${width} px`).toEqual([]);
    expect(await clipped(page), `${name} at ${width} px`).toEqual([]);
  }
  if (before) await page.setViewportSize(before);
}

/** With few colours, chosen by the person, whatever can be pressed or typed into still has an edge or an underline. */
async function standsOutInForcedColours(page: Page, name: string, picture: string): Promise<void> {
  await page.emulateMedia({ forcedColors: 'active' });
  const bare = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('button:not(.heard), input:not([type=hidden]), select, a[href]')]
      .filter((element) => element.offsetParent !== null && !element.closest('.heard, .skip') && !element.matches('.skip'))
      .filter((element) => {
        const style = getComputedStyle(element);
        const hasEdge = ['Top', 'Right', 'Bottom', 'Left'].some(
          (side) => style.getPropertyValue(`border-${side.toLowerCase()}-style`) !== 'none' && parseFloat(style.getPropertyValue(`border-${side.toLowerCase()}-width`)) > 0,
        );
        const isNative = ['radio', 'checkbox'].includes((element as HTMLInputElement).type);
        const isLink = style.textDecorationLine !== 'none' || element.closest('header, nav, footer') !== null;
        return !hasEdge && !isNative && !isLink;
      })
      .map((element) => element.outerHTML.slice(0, 100)),
  );
  await page.screenshot({ path: picture, fullPage: true });
  await page.emulateMedia({ forcedColors: 'none' });
  expect(bare, `${name} in forced colours`).toEqual([]);
}

/** Nothing moves for whoever asked that nothing should. */
async function isStill(page: Page, name: string): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) => {
        const style = getComputedStyle(element);
        const seconds = (durations: string) => Math.max(...durations.split(',').map((duration) => parseFloat(duration) || 0));
        return seconds(style.transitionDuration) > 0.01 || (style.animationName !== 'none' && seconds(style.animationDuration) > 0.01);
      })
      .map((element) => element.outerHTML.slice(0, 80))
      .slice(0, 5),
  );
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  expect(moving, `${name} moves`).toEqual([]);
}

/** All of it for the page as it stands. */
export async function suitsEverybody(page: Page, name: string, picture: string): Promise<void> {
  await fits(page, name);
  await standsOutInForcedColours(page, name, picture);
  await isStill(page, name);
}
