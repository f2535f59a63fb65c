import AnchorBrowser from "anchorbrowser";

interface Result {
  success: boolean;
  message: string;
  early?: string[];
}

/** Cookies that the shop needs to work at all; everything else asks first. */
const NECESSARY = new Set(["session", "csrf", "consent"]);

export default async function consentComesFirst(): Promise<Result> {
  const sessionId = process.env.ANCHOR_SESSION_ID;
  if (!sessionId) return { success: false, message: "ANCHOR_SESSION_ID is missing" };

  const anchor = new AnchorBrowser({ apiKey: process.env.ANCHOR_API_KEY });
  const browser = await anchor.browser.connect(sessionId);
  try {
    const context = browser.contexts()[0] ?? (await browser.newContext());
    await context.clearCookies();
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto("https://shop.example", { waitUntil: "load" });

    const banner = page.getByRole("dialog", { name: /cookie|consent/i });
    if (!(await banner.isVisible())) {
      return { success: false, message: "there is no consent banner" };
    }
    const cookies = await context.cookies();
    const early = cookies.map((cookie) => cookie.name).filter((name) => !NECESSARY.has(name));
    return early.length === 0
      ? { success: true, message: "nothing is stored before consent" }
      : { success: false, message: `stored before consent: ${early.join(", ")}`, early };
  } finally {
    await browser.close();
  }
}
