// Journeys through the product in a real browser. Each worker has a server, a clock and a mailbox of its own.

import { defineConfig, devices } from '@playwright/test';

const chromium = {
  browserName: 'chromium' as const,
  defaultBrowserType: 'chromium' as const,
  launchOptions: {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // Root needs the first; the others keep the browser from calling home.
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
    ],
  },
};

export default defineConfig({
  testDir: './journeys',
  fullyParallel: true,
  workers: 2,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: { ...chromium, locale: 'en-GB', trace: 'retain-on-failure' },
  projects: [
    { name: 'desktop', use: { ...devices['Desktop Chrome'], ...chromium, viewport: { width: 1280, height: 800 } } },
    {
      name: 'phone',
      testMatch: /(whole-story|ways-it-fails|every-screen)\.spec\.ts/,
      use: { ...devices['Pixel 7'], ...chromium },
    },
    {
      name: 'small-phone-japanese',
      testMatch: /(whole-story|every-screen)\.spec\.ts/,
      use: { ...devices['iPhone 15'], ...chromium, locale: 'ja-JP' },
    },
    {
      name: 'without-scripts',
      testMatch: /(whole-story|ways-it-fails|every-screen)\.spec\.ts/,
      use: { ...devices['Desktop Chrome'], ...chromium, javaScriptEnabled: false },
    },
  ],
});
