import json, sys
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest

host, key, secret = sys.argv[1:4]

def call(product, version, action, route=None, **query):
    client = AcsClient(key, secret, "cn-hangzhou", auto_retry=False)
    request = CommonRequest(domain=host, version=version, action_name=action, product=product)
    request.set_protocol_type("http")
    request.set_method("GET" if route else "POST")
    if route:
        request.set_uri_pattern(route)
    for name, value in query.items():
        request.add_query_param(name, value)
    return json.loads(client.do_action_with_exception(request))

who = call("Sts", "2015-04-01", "GetCallerIdentity")
products = call("AIWorkSpace", "2021-02-04", "ListProducts", "/api/v1/products", ProductCodes="PAI_share")
print(who["AccountId"], products["Products"][0]["IsPurchased"])
