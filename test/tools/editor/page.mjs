// What scripts do with the workbench again and again, over playwright's page.

/** Helpers bound to one page: `ready()` waits for the workbench, `command(title)` runs a command through the palette. */
export function helpers(page) {
  return {
    /** Waits until the workbench has restored its parts and the extension host has answered. */
    async ready() {
      await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: 60_000 });
      await page.waitForSelector('.monaco-workbench .activitybar .action-item', { timeout: 60_000 });
    },
    /** Runs the command whose palette entry is `title` (for instance `Wasm: Build`); throws when the palette offers none. */
    async command(title) {
      await page.keyboard.press('F1');
      const input = page.locator('.quick-input-widget input[type="text"]').first();
      await input.waitFor({ state: 'visible' });
      await input.fill('>' + title);
      const row = page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first();
      await row.waitFor({ state: 'visible', timeout: 15_000 });
      await row.click();
    },
  };
}
