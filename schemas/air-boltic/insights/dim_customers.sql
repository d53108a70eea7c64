/* ---
description: Every customer with the group they belong to, e-mail and phone number tidied.
key: [customer_id]
columns:
  customer_id: The customer.
  customer_name: Full name.
  customer_group_id: The group as the customer's row names it, whether it exists or not.
  customer_group_type: Kind of organisation; empty without a group, as are its name and number.
  customer_group_name: Name of the organisation.
  registry_number: The organisation's number in its business registry, as text.
  customer_email: E-mail address without white space around it; empty where nothing is left.
  customer_phone_number: The digits of the phone number and its plus sign; empty where nothing is left.
  customer_has_group: Whether the customer's row names a group, be there such a group or not.
  customer_group_exists: Whether the group that the row names is among the customer groups; false without a name.
  customer_has_email: Whether customer_email is known.
  customer_has_phone_number: Whether customer_phone_number is known.
audits:
  - name: flags_are_known
    sql: SELECT * FROM this WHERE customer_has_group IS NULL OR customer_group_exists IS NULL OR customer_has_email IS NULL OR customer_has_phone_number IS NULL
  - name: phone_number_is_digits
    sql: SELECT * FROM this WHERE NOT regexp_full_match(customer_phone_number, '[0-9+]+')
--- */
WITH tidied AS (
  SELECT
    customer_id,
    customer_name,
    customer_group_id,
    -- Space, tab, line feed, carriage return and no-break space.
    nullif(trim(customer_email, ' ' || chr(9) || chr(10) || chr(13) || chr(160)), '') AS customer_email,
    nullif(regexp_replace(customer_phone_number, '[^0-9+]', '', 'g'), '') AS customer_phone_number
  FROM customers
)
SELECT
  tidied.customer_id,
  tidied.customer_name,
  tidied.customer_group_id,
  customer_groups.customer_group_type,
  customer_groups.customer_group_name,
  customer_groups.registry_number,
  tidied.customer_email,
  tidied.customer_phone_number,
  tidied.customer_group_id IS NOT NULL AS customer_has_group,
  customer_groups.customer_group_id IS NOT NULL AS customer_group_exists,
  tidied.customer_email IS NOT NULL AS customer_has_email,
  tidied.customer_phone_number IS NOT NULL AS customer_has_phone_number
FROM tidied
LEFT JOIN customer_groups ON customer_groups.customer_group_id = tidied.customer_group_id
