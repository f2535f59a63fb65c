import AnchorBrowser from "anchorbrowser";
import type { Page } from "playwright";

interface Result {
  success: boolean;
  message: string;
  contact?: { page: string; form: boolean; phones: string[] };
}

const CONTACT = /^(contact|contact us|impressum|kontakt|get in touch)$/i;

async function openContactPage(page: Page, site: string): Promise<boolean> {
  await page.goto(site, { waitUntil: "domcontentloaded" });
  const link = page.getByRole("link", { name: CONTACT }).first();
  if ((await link.count()) === 0) return false;
  await link.click();
  await page.waitForLoadState("domcontentloaded");
  return true;
}

export default async function contactPage(): Promise<Result> {
  const sessionId = process.env.ANCHOR_SESSION_ID;
  const site = process.env.ANCHOR_SITE;
  if (!sessionId) return { success: false, message: "ANCHOR_SESSION_ID is missing" };
  if (!site?.startsWith("https://")) {
    return { success: false, message: "ANCHOR_SITE must begin with https://" };
  }

  const anchor = new AnchorBrowser({ apiKey: process.env.ANCHOR_API_KEY });
  const browser = await anchor.browser.connect(sessionId);
  try {
    const context = browser.contexts()[0] ?? (await browser.newContext());
    const page = context.pages()[0] ?? (await context.newPage());
    if (!(await openContactPage(page, site))) {
      return { success: false, message: `${site} links to no contact page` };
    }
    const phones = await page
      .locator('a[href^="tel:"]')
      .evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));
    const contact = {
      page: page.url(),
      form: (await page.locator("form textarea").count()) > 0,
      phones: [...new Set(phones.map((phone) => phone.replace("tel:", "")))],
    };
    return { success: true, message: `found ${contact.page}`, contact };
  } catch (error) {
    return { success: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    await browser.close();
  }
}
