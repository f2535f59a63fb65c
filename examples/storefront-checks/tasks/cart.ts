import AnchorBrowser from "anchorbrowser";
import type { Page } from "playwright";

interface Result {
  success: boolean;
  message: string;
}

async function productsInCart(page: Page): Promise<number> {
  const badge = page.getByTestId("cart-count");
  await badge.waitFor({ timeout: 10_000 });
  const count = Number.parseInt(await badge.innerText(), 10);
  return Number.isNaN(count) ? 0 : count;
}

export default async function cartKeepsProducts(): Promise<Result> {
  const sessionId = process.env.ANCHOR_SESSION_ID;
  if (!sessionId) return { success: false, message: "ANCHOR_SESSION_ID is missing" };

  const anchor = new AnchorBrowser({ apiKey: process.env.ANCHOR_API_KEY });
  const browser = await anchor.browser.connect(sessionId);
  try {
    const context = browser.contexts()[0] ?? (await browser.newContext());
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto("https://shop.example/item/42", { waitUntil: "domcontentloaded" });
    const before = await productsInCart(page);

    await page.getByRole("button", { name: "Add to cart" }).click();
    await page.getByRole("status").getByText("added").waitFor();

    // A second tab of the same visitor: what only lives in the first page is lost.
    const again = await context.newPage();
    await again.goto("https://shop.example/cart", { waitUntil: "domcontentloaded" });
    const after = await productsInCart(again);
    return after === before + 1
      ? { success: true, message: `the cart holds ${after}` }
      : { success: false, message: `the cart holds ${after}, not ${before + 1}` };
  } catch (error) {
    return { success: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    await browser.close();
  }
}
