import { chromium, type Page } from "playwright";
import { z } from "zod";

const Inputs = z.object({
  apiKey: z.string().min(1, "ANCHOR_API_KEY is missing"),
  sessionId: z.string().min(1, "ANCHOR_SESSION_ID is missing"),
  below: z.coerce.number().int().positive("ANCHOR_BELOW must be above 0"),
});

const Product = z.object({
  sku: z.string().regex(/^[A-Z]{2}-\d{4}$/),
  stock: z.coerce.number().int().nonnegative(),
});

type Product = z.infer<typeof Product>;

interface Result {
  success: boolean;
  message: string;
  low?: Product[];
}

async function readPage(page: Page): Promise<Product[]> {
  const rows = await page.locator("table tbody tr").all();
  return Promise.all(
    rows.map(async (row) =>
      Product.parse({
        sku: await row.getAttribute("data-sku"),
        stock: await row.locator("td.stock").innerText(),
      }),
    ),
  );
}

export default async function stockCheck(): Promise<Result> {
  const inputs = Inputs.safeParse({
    apiKey: process.env.ANCHOR_API_KEY,
    sessionId: process.env.ANCHOR_SESSION_ID,
    below: process.env.ANCHOR_BELOW ?? "10",
  });
  if (!inputs.success) {
    return { success: false, message: inputs.error.issues[0]?.message ?? "bad input" };
  }

  const { apiKey, sessionId, below } = inputs.data;
  const endpoint = new URL("wss://connect.anchorbrowser.io");
  endpoint.search = new URLSearchParams({ apiKey, sessionId }).toString();
  const browser = await chromium.connectOverCDP(endpoint.href);
  try {
    // `initial_url` has brought the first page here, in each environment to its own.
    const page = browser.contexts()[0]?.pages()[0];
    if (!page) return { success: false, message: "the session has no page" };

    const products: Product[] = [];
    const next = page.getByRole("link", { name: "Next" });
    for (;;) {
      await page.locator("table tbody tr").first().waitFor();
      products.push(...(await readPage(page)));
      if (!(await next.isVisible())) break;
      await next.click();
      await page.waitForLoadState("domcontentloaded");
    }
    const low = products.filter((product) => product.stock < below);
    return { success: true, message: `${low.length} of ${products.length} below ${below}`, low };
  } catch (error) {
    return { success: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    await browser.close();
  }
}
