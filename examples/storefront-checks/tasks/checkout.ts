import AnchorBrowser from "anchorbrowser";
import type { Page } from "playwright";

interface Result {
  success: boolean;
  message: string;
  seconds: Record<string, number>;
}

type Step = [name: string, act: (page: Page) => Promise<void>];

const STEPS: Step[] = [
  [
    "add to cart",
    async (page) => {
      await page.goto("https://shop.example/item/42", { waitUntil: "domcontentloaded" });
      await page.getByRole("button", { name: "Add to cart" }).click();
    },
  ],
  [
    "continue as guest",
    async (page) => {
      await page.goto("https://shop.example/checkout", { waitUntil: "domcontentloaded" });
      await page.getByRole("link", { name: "Continue as guest" }).click();
    },
  ],
  [
    "give an address",
    async (page) => {
      await page.getByLabel("Name").fill("Synthetic Check");
      await page.getByLabel("E-mail").fill("checks@shop.example");
      await page.getByLabel("Street").fill("1 Test Street");
      await page.getByLabel("Postcode").fill("10001");
      await page.getByRole("button", { name: "Continue" }).click();
    },
  ],
  // It stops here: nothing is ever ordered.
  ["reach payment", (page) => page.getByRole("heading", { name: "Payment" }).waitFor()],
];

export default async function guestCheckout(): Promise<Result> {
  const seconds: Record<string, number> = {};
  const sessionId = process.env.ANCHOR_SESSION_ID;
  if (!sessionId) return { success: false, message: "ANCHOR_SESSION_ID is missing", seconds };

  const anchor = new AnchorBrowser({ apiKey: process.env.ANCHOR_API_KEY });
  const browser = await anchor.browser.connect(sessionId);
  let current = "connect";
  try {
    const context = browser.contexts()[0] ?? (await browser.newContext());
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(20_000);
    for (const [name, act] of STEPS) {
      current = name;
      const started = Date.now();
      await act(page);
      seconds[name] = (Date.now() - started) / 1000;
    }
    return { success: true, message: "a guest can pay", seconds };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { success: false, message: `"${current}" failed: ${reason}`, seconds };
  } finally {
    await browser.close();
  }
}
